//! A service that shows what reached it.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The longest body that is shown.
const MAX_BODY: usize = 64 * 1024;

/// Serves until cancelled.
pub(super) async fn serve(listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        connections.spawn(async move {
            let service = service_fn(|request| async { Ok::<_, Infallible>(echo(request).await) });
            // Whoever left early has nothing more to hear.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn echo(request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let mut headers = Map::new();
    for name in head.headers.keys() {
        let values: Vec<_> =
            head.headers.get_all(name).iter().map(|value| shown(name, value)).collect();
        headers.insert(name.to_string(), json!(values.join(", ")));
    }
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        Err(_) => format!("(more than {MAX_BODY} bytes, or broken off)"),
    };
    let seen: Value = json!({
        "method": head.method.as_str(),
        "path": head.uri.to_string(),
        "headers": headers,
        "body": body,
    });
    let mut response = Response::new(Full::from(format!("{seen:#}\n")));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// A header's value; a token is shown by its length, so that an echo can be pasted anywhere.
fn shown(name: &header::HeaderName, value: &HeaderValue) -> String {
    if name.as_str().ends_with("-token") {
        return format!("({} bytes)", value.len());
    }
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
