//! What the proxy would answer, and why, without asking the service: the same steps as
//! [`ReverseProxy`](super::ReverseProxy) takes, in the same order and by the same functions, with a
//! record of what came of each.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Version, header};
use http_body_util::Full;
use oslo_policy::Explanation;

use crate::admission::{AccessRequest, Admission, Grant, Rejection, Standing};
use crate::identity::{Identity, Names, Unrenderable};
use crate::policy::{Answers, Facts, Policy, Route, Way};
use crate::telemetry::Label as _;

use super::gates::{asked, hides_a_fact, is_too_long, may_speak, wanted};
use super::grpc::meaning;
use super::metrics::Rejected;
use super::protocol::{is_grpc, protocol};
use super::reply::{Refusal, Reply, reply};
use super::rewrite::vouch;
use super::target::{nominated, target};
use super::websocket::Handshake;
use super::{Settings, credentials, json_body, record};

/// What a rehearsal is played with.
#[derive(Clone, Copy)]
pub struct Stage<'a> {
    /// Says who comes.
    pub admission: &'a Admission,
    /// Says who may.
    pub policy: &'a Policy,
    /// The names under which the service is told who the user is.
    pub names: Names,
}

/// What came of a request that was not sent.
#[derive(Debug)]
pub struct Rehearsal {
    /// Path and query as the service would get them; `None` when the request is refused before.
    pub path: Option<String>,
    /// The route and its place, counted from 1.
    pub route: Option<(usize, Route)>,
    /// Whom Keystone vouches for.
    pub user: Option<Arc<Identity>>,
    /// The service that calls on the user's behalf.
    pub service: Option<Arc<Identity>>,
    /// How the route's rule came to its verdict; `None` where none is asked.
    pub explanation: Option<Explanation>,
    /// What the service would be told of the caller; empty when it is told nothing.
    pub headers: HeaderMap,
    /// What would come of it.
    pub answer: Answer,
}

/// What comes of a request, in the words of metrics and log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was decided: the label `decision`, or `reject` when the request is refused for what
    /// it is, whoever sends it.
    pub decision: &'static str,
    /// Why: the label `reason`; of `http_rejected_total` for `reject`, or `body_too_large` and
    /// `body_not_json`.
    pub reason: &'static str,
    /// Our own answer's status; `None` when the request goes on to the service.
    pub status: Option<u16>,
    /// What a client of gRPC is told in its place.
    pub grpc_status: Option<u8>,
}

impl<'a> Stage<'a> {
    /// With what the operator decided about the door.
    pub fn new(settings: &Settings, admission: &'a Admission, policy: &'a Policy) -> Self {
        Self { admission, policy, names: settings.names() }
    }

    /// Plays one request. `client` states the body's length as a client would.
    ///
    /// Cancel-safe; waits as [`Admission::identify`] does.
    pub async fn rehearse(&self, client: &Parts, body: Bytes) -> Rehearsal {
        let mut seen = Rehearsal::nothing();
        seen.answer = match self.play(client, body, &mut seen).await {
            Ok(grant) => seen.granted(&grant, self.names, client),
            Err(end) => end.answer(client),
        };
        seen
    }

    async fn play(&self, client: &Parts, body: Bytes, seen: &mut Rehearsal) -> Result<Grant, End> {
        let target = target(client, self.policy.paths())?;
        seen.path = Some(target.to_string());
        let nominated = nominated(&client.headers)?;
        let way = Admission::receive(self.policy, asked(client, &target))?;
        seen.route = self.place(&way);
        if hides_a_fact(&way, &nominated) {
            return Err(Rejected::Connection.into());
        }
        let protocol = protocol(client, Handshake::of(client).as_ref());
        let unwanted = may_speak(self.policy, &way, protocol)?;
        let stated = client.headers.contains_key(header::CONTENT_LENGTH);
        if is_too_long(&way, Some(body.len() as u64).filter(|_| stated)) {
            return Err(Refusal::BodyTooLarge.into());
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
        let standing = self.admission.identify(&access, &mut waited).await?;
        seen.stood(&standing);
        // One whose length nobody stated is cut off on its way.
        let overflows = is_too_long(&way, Some(body.len() as u64));
        // Where chunks are announced there is a body, even if nothing is in it.
        let empty = body.is_empty() && !client.headers.contains_key(header::TRANSFER_ENCODING);
        let body = Full::new(body);
        let members = match wanted(&way, &standing, empty) {
            Some(how) => match json_body::read(&client.headers, body, how).await {
                Ok(read) => Some(Ok(read.members)),
                Err(unfit) if way.route.shadow => Some(Err(unfit.refusal)),
                Err(unfit) => return Err(unfit.refusal.into()),
            },
            None => None,
        };
        let said = json_body::said(members.as_ref());
        let facts = Facts { query: target.query(), headers: &client.headers, body: said };
        let mut answers = Answers::new();
        let permitted =
            self.admission.permit(self.policy, &way, &facts, standing.clone(), &mut answers);
        let permitted = permitted.await;
        seen.explanation = standing
            .caller()
            .and_then(|caller| self.policy.explain(&way, &facts, caller, &answers));
        let grant = permitted?.watched(unwanted);
        if overflows {
            return Err(Refusal::BodyTooLarge.into());
        }
        Ok(grant)
    }

    fn place(&self, way: &Way<'_, '_>) -> Option<(usize, Route)> {
        let at = self.policy.routes().position(|route| std::ptr::eq(route, way.route))?;
        Some((at + 1, way.route.clone()))
    }
}

impl Rehearsal {
    fn nothing() -> Self {
        Self {
            path: None,
            route: None,
            user: None,
            service: None,
            explanation: None,
            headers: HeaderMap::new(),
            answer: Answer { decision: "", reason: "", status: None, grpc_status: None },
        }
    }

    /// Whether the request goes on to the service.
    pub fn passes(&self) -> bool {
        self.answer.status.is_none()
    }

    fn stood(&mut self, standing: &Standing) {
        self.user = standing.user().cloned();
        self.service = standing.service().cloned();
    }

    fn granted(&mut self, grant: &Grant, names: Names, client: &Parts) -> Answer {
        if let Err(Unrenderable) = vouch(grant, names, &mut self.headers) {
            self.headers.clear();
            return End::from(Refusal::Internal).answer(client);
        }
        let (decision, reason) = record::granted(grant);
        Answer {
            decision: decision.as_str(),
            reason: reason.as_str(),
            status: None,
            grpc_status: None,
        }
    }
}

/// Where a request came to its end.
enum End {
    /// It cannot be passed on, whoever sends it.
    Rejected(Rejected),
    /// It was decided so.
    Rejection(Rejection),
    /// Anything else.
    Refusal(Refusal),
}

impl End {
    fn answer(self, client: &Parts) -> Answer {
        let (decision, reason, refusal) = match self {
            Self::Rejected(why) => ("reject", why.as_str(), Refusal::from(why)),
            Self::Rejection(why) => {
                let (decision, reason) = record::rejected(&why);
                (decision.as_str(), reason.as_str(), Refusal::Rejected(why))
            }
            Self::Refusal(refusal) => ("reject", word(&refusal), refusal),
        };
        let Reply { status, .. } = reply(&refusal, &HeaderValue::from_static(""));
        let in_grpc = client.version == Version::HTTP_2 && is_grpc(&client.headers);
        let grpc_status = in_grpc.then(|| meaning(status).0);
        Answer { decision, reason, status: Some(status.as_u16()), grpc_status }
    }
}

/// A word for a refusal that is neither a decision nor counted by a reason.
fn word(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::BadRequest => "body",
        Refusal::BodyNotJson => "body_not_json",
        Refusal::BodyTooLarge => "body_too_large",
        Refusal::Method => Rejected::Method.as_str(),
        Refusal::Misdirected => Rejected::Misdirected.as_str(),
        Refusal::Overload => Rejected::Overload.as_str(),
        Refusal::TooManyFields => Rejected::Fields.as_str(),
        Refusal::Forbidden(_)
        | Refusal::Internal
        | Refusal::Rejected(_)
        | Refusal::Stalled
        | Refusal::Upstream(_) => "internal",
    }
}

impl From<Rejected> for End {
    fn from(why: Rejected) -> Self {
        Self::Rejected(why)
    }
}

impl From<Rejection> for End {
    fn from(why: Rejection) -> Self {
        Self::Rejection(why)
    }
}

impl From<Refusal> for End {
    fn from(why: Refusal) -> Self {
        Self::Refusal(why)
    }
}
