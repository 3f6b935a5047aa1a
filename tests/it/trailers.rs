//! Fields after a body: those of a response pass, those of a request where they are allowed by
//! name, and none says what belongs before the body.

use portcullis::dial::Protocol;
use portcullis::upstream::Wish;

use crate::support::{Client, Http2, Passage, Scene, Terms, Through, Upstream};

#[test]
fn a_responses_trailers_pass_but_for_those_that_belong_before_the_body() {
    let scene = Scene::start();
    scene.upstream.answer(|call| {
        call.wire.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\
              Trailer: X-Checksum, Server-Timing, Set-Cookie, Content-Length, Connection\r\n\r\n\
              4\r\nbody\r\n0\r\nX-Checksum: 1\r\nX-Checksum: 2\r\nServer-Timing: db\r\n\
              Set-Cookie: a=b\r\nContent-Length: 3\r\nConnection: close\r\nX-Silent: 1\r\n\r\n",
        )
    });
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    for connections in [1, 1] {
        let response = client.get("/", &[("X-Auth-Token", &token), ("TE", "trailers")]);
        assert_eq!(response.text(), "body");
        let mut trailers: Vec<_> = response
            .trailers
            .iter()
            .map(|(name, value)| {
                format!("{}: {}", name.to_lowercase(), String::from_utf8_lossy(value))
            })
            .collect();
        trailers.sort();
        assert_eq!(trailers, ["server-timing: db", "x-checksum: 1", "x-checksum: 2"]);
        assert_eq!(scene.upstream.connections(), connections, "the connection is kept");
    }
    // A client that does not say that it takes them gets none.
    let response = client.get("/", &[("X-Auth-Token", &token)]);
    assert_eq!((response.text().as_str(), response.trailers.len()), ("body", 0));
}

#[test]
fn a_requests_trailers_pass_where_they_are_allowed_by_name() {
    for (allowed, expected) in
        [(vec![], vec![]), (vec!["x-checksum", "content-length"], vec!["x-checksum: 1"])]
    {
        let announced = expected.iter().map(|_| "x-checksum, content-length").collect::<Vec<_>>();
        let upstream = Upstream::start();
        let through = Through { trailers: allowed, wish: Wish::Response };
        let passage = Passage::to(&upstream.url(), Protocol::Http1, through);
        let mut client = Client::connect(passage.address);
        client.send(
            "POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n\
             4\r\nbody\r\n0\r\nX-Checksum: 1\r\nX-User-Id: evil\r\nContent-Length: 1\r\n\r\n",
        );
        assert_eq!(client.response().status, 200);
        let seen = upstream.last();
        let trailers: Vec<_> = seen
            .body
            .trailers
            .iter()
            .map(|(name, value)| {
                format!("{}: {}", name.to_lowercase(), String::from_utf8_lossy(value))
            })
            .collect();
        assert_eq!(
            (seen.body.data.as_slice(), trailers),
            (&b"body"[..], expected.iter().map(|e| (*e).to_owned()).collect())
        );
        assert_eq!(seen.headers("trailer"), announced);
    }
}

#[test]
fn trailers_pass_over_http_2_in_both_directions() {
    let service = Http2::answering(Terms::default(), |mut exchange| async move {
        exchange.receive().await?;
        let head = http::Response::builder().header("trailer", "grpc-status").body(()).unwrap();
        let mut stream = exchange.respond.send_response(head, false)?;
        stream.send_data("body".into(), false)?;
        let mut trailers = http::HeaderMap::new();
        trailers.insert("grpc-status", "0".parse().unwrap());
        trailers.insert("set-cookie", "a=b".parse().unwrap());
        stream.send_trailers(trailers)
    });
    let through = Through { trailers: vec!["x-checksum"], wish: Wish::Response };
    let passage = Passage::to(&service.url(), Protocol::Http2, through);
    let mut client = Client::connect(passage.address);
    client.send(
        "POST / HTTP/1.1\r\nHost: s\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n\
         4\r\nbody\r\n0\r\nX-Checksum: 1\r\nX-User-Id: evil\r\n\r\n",
    );
    let response = client.response();
    assert_eq!(response.text(), "body");
    assert_eq!(response.trailers, [("grpc-status".to_owned(), b"0".to_vec())]);
    let (body, trailers) = service.bodies().remove(0);
    assert_eq!(body, "body");
    let trailers = trailers.expect("trailers");
    assert_eq!((trailers.len(), trailers["x-checksum"].to_str().unwrap()), (1, "1"));
}
