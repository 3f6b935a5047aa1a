//! A request's head on its way through the door, without sockets: for `fuzz/` only.

use std::time::Duration;

use http::request::Parts;
use http::{HeaderValue, Request, header};

use crate::admission::{AccessRequest, Admission};
use crate::policy::{Answers, Facts, Said};
use crate::upstream::RequestBody;

use super::gates::{asked, hides_a_fact};
use super::rewrite::Draft;
use super::target::{nominated, target};
use super::{Peer, Stage, credentials};

impl Stage<'_> {
    /// The head that the service would get, by the functions that the reverse proxy uses; `None`
    /// when the request is refused. A length counts as understood when it is a number.
    pub async fn head(&self, client: &Parts, peer: &Peer) -> Option<Request<()>> {
        let target = target(client, self.policy.paths()).ok()?;
        let nominated = nominated(&client.headers).ok()?;
        let way = Admission::receive(self.policy, asked(client, &target)).ok()?;
        if hides_a_fact(&way, &nominated) {
            return None;
        }
        let access = AccessRequest {
            method: &client.method,
            path: target.path(),
            way: &way,
            user: credentials::user_token(&client.headers),
            service: credentials::service_token(&client.headers),
            request_id: None,
        };
        let mut waited = Duration::ZERO;
        let standing = self.admission.identify(&access, &mut waited).await.ok()?;
        let facts = Facts { query: target.query(), headers: &client.headers, body: Said::Nothing };
        let mut answers = Answers::new();
        let permitted = self.admission.permit(self.policy, &way, &facts, standing, &mut answers);
        let stated = client.headers.get(header::CONTENT_LENGTH);
        let draft = Draft {
            client,
            target: &target,
            length: stated.and_then(|length| length.to_str().ok()?.parse().ok()),
            nominated: &nominated,
            grant: &permitted.await.ok()?,
            names: self.names,
            peer,
            id: &HeaderValue::from_static("req-of-the-fuzzer"),
        };
        let (request, _) = draft.make(RequestBody::empty()).ok()?;
        Some(request.map(|_| ()))
    }
}
