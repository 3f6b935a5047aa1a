//! The access line of one request.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method, Uri, Version};
use hyper::body::Incoming;

use crate::front::metrics::GrpcStatus;
use crate::front::peer::Peer;
use crate::front::websocket::Story;
use crate::identity::Identity;
use crate::policy::Protocol;
use crate::routing::escaped;
use crate::telemetry::{ACCESS_TARGET, Access, Label, Stopwatch};

use super::Record;

/// What only a log line needs.
pub(super) struct Line {
    method: Method,
    uri: Uri,
    version: Version,
    client: Option<IpAddr>,
    request_id: HeaderValue,
    tls_version: Option<&'static str>,
    /// The fingerprint of the client's certificate.
    certificate: Option<HeaderValue>,
    pub(super) protocol: Protocol,
    pub(super) upstream: Option<Arc<str>>,
}

impl Line {
    pub(super) fn of(
        request: &http::Request<Incoming>,
        peer: &Peer,
        request_id: &HeaderValue,
    ) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            client: peer.client(request.headers()),
            request_id: request_id.clone(),
            tls_version: peer.tls_version,
            certificate: peer.certificate.as_ref().map(|shown| shown.fingerprint.clone()),
            protocol: Protocol::Plain,
            upstream: None,
        }
    }

    pub(super) fn write(&self, record: &Record, complete: bool) {
        let user = record.user.as_deref();
        let scope = user.map(Identity::scope);
        let service = record.service.as_deref();
        let millis = |span: Duration| span.as_secs_f64() * 1000.0;
        tracing::info!(
            target: ACCESS_TARGET,
            request_id = text(&self.request_id),
            portcullis.listener = record.listener.as_deref().map(|listener| &**listener.name()),
            client.address = self.client.map(tracing::field::display),
            tls.protocol.version = self.tls_version,
            tls.client.hash.sha256 = self.certificate.as_ref().map(text),
            http.request.method = self.method.as_str(),
            url.path = &*visible(self.uri.path()),
            network.protocol.version = ?self.version,
            portcullis.protocol = match self.protocol {
                Protocol::Plain => None,
                Protocol::Grpc => Some("grpc"),
                Protocol::WebSocket => Some("websocket"),
            },
            http.route = record.route.name(),
            portcullis.upstream = self.upstream.as_deref(),
            http.response.status_code = record.status.as_u16(),
            rpc.grpc.status_code = record.grpc.and_then(GrpcStatus::code),
            http.response.body.size = record.sent,
            complete,
            decision = record.verdict.map(|(decision, _)| decision.as_str()),
            reason = match (record.verdict, record.turned_away) {
                (Some((_, reason)), _) => Some(reason.as_str()),
                (None, turned_away) => turned_away.map(Label::as_str),
            },
            user.id = user.map(Identity::user_id),
            openstack.scope = scope.map(|scope| scope.kind.as_str()),
            openstack.project.id = user.and_then(Identity::project_id),
            openstack.audit_id = user.and_then(|user| user.audit_ids().next()),
            openstack.service.user.id = service.map(Identity::user_id),
            openstack.service.audit_id = service.and_then(|service| service.audit_ids().next()),
            duration_ms = millis(record.watch.elapsed()),
            identity.duration_ms = millis(record.waits.identity),
            upstream.duration_ms = millis(record.waits.upstream),
            "request"
        );
    }

    /// What the line at the end of a web socket that began with this request says of its beginning.
    pub(super) fn story(&self, record: &Record) -> Story {
        Story {
            request_id: self.request_id.clone(),
            client: self.client,
            listener: record.listener.as_deref().map(|listener| Arc::clone(listener.name())),
            route: Arc::clone(&record.route),
            user: record.user.clone(),
            begun: Stopwatch::start(),
            unusual_only: match record.shared.access {
                Access::Refusals => true,
                Access::All | Access::Off => false,
            },
        }
    }
}

/// A path, with what is beyond ASCII encoded: controls that terminals and log readers obey are among
/// that, and anybody may send it.
fn visible(path: &str) -> Cow<'_, str> {
    if path.is_ascii() {
        return Cow::Borrowed(path);
    }
    escaped(path, u8::is_ascii).into()
}

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}
