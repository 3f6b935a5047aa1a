//! The identity service, spoken: one question, who is this token?
//!
//! This room knows Keystone's wire protocol and our own account there. It knows nothing of
//! caches, of clients, or of how a refusal is worded.

mod answer;
mod error;
mod extras;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod login;
mod metrics;
mod session;
mod settings;
mod site;
mod transport;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{HeaderValue, Method as Verb, StatusCode};
use http_body_util::Full;
use tokio::time::timeout;

use crate::dial::TrustError;
use crate::identity::{Allowance, Clock, Identity, RawToken, UnixTime};
use crate::telemetry::{Label, MetricError, Quiet, Registry};

use answer::{Asker, Verdict, judge};
use extras::Extras;
use metrics::{Metrics, Operation};
use session::Session;
use site::{Site, Sites};
use wire::Reading;

pub use error::{Fault, KeystoneError};
pub use settings::{
    ApplicationCredentialRef, Base, CatalogueEndpoint, Credentials, DomainReference, ExtraSettings,
    LoginScope, Method, Mode, Reference, Settings,
};

const USER_AGENT: &str = concat!("portcullis/", env!("CARGO_PKG_VERSION"));

/// The longest that Keystone may tell us to keep quiet. Clients are told the whole time; we look
/// again sooner, because an outage that ended should not last on our side.
const MAX_PAUSE: Duration = Duration::from_mins(1);

/// The identity service cannot be spoken to at all.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A metric is declared twice.
    #[error(transparent)]
    Metric(#[from] MetricError),
    /// Its certificate could never be checked.
    #[error("keystone: {0}")]
    Trust(#[from] TrustError),
}

/// The identity service.
pub struct Keystone {
    sites: Sites,
    /// Where we log in, and ask unless the catalogue says otherwise.
    home: Arc<Site>,
    /// Our own account; `None` when tokens validate themselves.
    session: Option<Session>,
    /// Some token has validated itself: Keystone's policy allows it.
    proven: AtomicBool,
    /// Whether access rules are enforced, and Keystone told so.
    rules: bool,
    extras: Extras,
    timeout: Duration,
    clock: Clock,
    /// On the steady clock, in milliseconds: no question before then.
    quiet_until: AtomicU64,
    metrics: Metrics,
    complaints: Box<[Quiet]>,
}

/// One token, and what goes with the question about it.
#[derive(Clone, Copy)]
struct Subject<'a> {
    token: RawToken<'a>,
    allowance: Allowance,
    request_id: Option<&'a HeaderValue>,
}

impl Keystone {
    /// Prepares to ask the service that `settings` name. Nothing is sent yet.
    ///
    /// # Errors
    /// When its certificate could never be checked, or its metrics are declared already.
    pub fn new(settings: &Settings, clock: Clock, registry: &Registry) -> Result<Self, SetupError> {
        let metrics = Metrics::register(registry)?;
        metrics.up.set(1);
        let sites = Sites {
            security: Arc::new(ArcSwap::from_pointee(settings.security.clone())),
            connect_timeout: settings.connect_timeout,
            retries: settings.retries,
            metrics: metrics.clone(),
        };
        let home = Arc::new(sites.at(settings.base.clone())?);
        let session = match &settings.mode {
            Mode::SelfValidation => None,
            Mode::Service(credentials) => Some(Session::new(
                (**credentials).clone(),
                Arc::clone(&home),
                sites.clone(),
                settings.endpoint.clone(),
                clock.clone(),
            )),
        };
        Ok(Self {
            sites,
            home,
            session,
            proven: AtomicBool::new(false),
            rules: settings.access_rules,
            extras: Extras::new(settings.extras, registry)?,
            timeout: settings.timeout,
            clock,
            quiet_until: AtomicU64::new(0),
            metrics,
            complaints: Fault::ALL.iter().map(|_| Quiet::new(Duration::from_secs(10))).collect(),
        })
    }

    /// Whether [`Keystone::follow`] could follow `settings`.
    ///
    /// # Errors
    /// When Keystone's certificate could never be checked.
    pub fn can_follow(&self, settings: &Settings) -> Result<(), SetupError> {
        Ok(self.sites.check(&self.home, &settings.security)?)
    }

    /// Has new connections secured by what `settings` say of that, and nothing else of them. Our
    /// own session and connections that are kept stay.
    pub fn follow(&self, settings: &Settings) {
        let Sites { security, .. } = &self.sites;
        if **security.load() != settings.security {
            security.store(Arc::new(settings.security.clone()));
        }
    }

    /// Asks who `token` is. `request_id`, if any, lets Keystone's log be matched with ours.
    ///
    /// Takes at most the configured timeout, our own login included. Cancelling it closes the
    /// connection in use and leaves nothing behind.
    ///
    /// # Errors
    /// [`KeystoneError::Bad`] is Keystone's word about the token;
    /// [`KeystoneError::Unavailable`] says that nobody knows.
    pub async fn who_is(
        &self,
        token: RawToken<'_>,
        allowance: Allowance,
        request_id: Option<&HeaderValue>,
    ) -> Result<Identity, KeystoneError> {
        if let Some(pause) = self.pause() {
            return Err(KeystoneError::Unavailable(Fault::Throttled, Some(pause)));
        }
        let asked = timeout(self.timeout, self.ask(Subject { token, allowance, request_id }));
        let result = asked.await.unwrap_or_else(|_| {
            self.home.distrust_idle();
            Err(KeystoneError::Unavailable(Fault::Deadline, None))
        });
        if let (Err(KeystoneError::Unavailable(fault, _)), Some(session)) = (&result, &self.session)
            && fault.is_about_the_address()
        {
            session.doubt();
        }
        self.note(&result);
        result
    }

    /// Looks once whether something that speaks Keystone's v3 answers, and says so in the log.
    /// Nothing depends on it: a service that is down now may be up when it is needed.
    pub async fn greet(&self) {
        let question =
            || self.home.request(Verb::GET, "").body(Full::default()).unwrap_or_default();
        let asked = self.home.ask(Operation::Discover, &question);
        match timeout(self.timeout, asked).await {
            Ok(Ok(answer)) if answer.status == StatusCode::OK => {
                tracing::info!(url = self.home.url(), "the identity service answers");
            }
            Ok(Ok(answer)) => tracing::warn!(
                status = answer.status.as_u16(),
                "no identity service at keystone.auth_url; check its path prefix"
            ),
            Ok(Err(fault)) => tracing::warn!(
                kind = fault.as_str(),
                remedy = self.remedy(fault),
                "the identity service does not answer yet"
            ),
            Err(_) => tracing::warn!("the identity service does not answer in time yet"),
        }
    }

    async fn ask(&self, subject: Subject<'_>) -> Result<Identity, KeystoneError> {
        let with_catalogue = self.extras.need_catalogue();
        let identity = self.ask_once(subject, with_catalogue).await?;
        let restricted = identity.restriction().is_some_and(|rules| rules.services.is_none());
        if restricted && !with_catalogue {
            // Only such tokens need it, and they are few.
            return self.ask_once(subject, true).await;
        }
        Ok(identity)
    }

    async fn ask_once(
        &self,
        subject: Subject<'_>,
        with_catalogue: bool,
    ) -> Result<Identity, KeystoneError> {
        // A token that is no header value was refused long before.
        let token = sensitive(subject.token)?;
        let Some(session) = &self.session else {
            let asker = Asker::Subject { proven: self.proven.load(Ordering::Relaxed) };
            let answer = self.validate(&self.home, &token, &token, subject, with_catalogue).await?;
            return match self.judge(asker, subject, &answer) {
                Verdict::Settled(result) => {
                    self.proven.fetch_or(result.is_ok(), Ordering::Relaxed);
                    result
                }
                Verdict::OwnTokenRefused => credentials_refused(),
            };
        };
        let mut own = session.token().await?;
        for first in [true, false] {
            let answer =
                self.validate(&own.site, &own.value, &token, subject, with_catalogue).await?;
            match self.judge(Asker::Service, subject, &answer) {
                Verdict::Settled(result) => return result,
                Verdict::OwnTokenRefused if first => own = session.replace(&own).await?,
                Verdict::OwnTokenRefused => {}
            }
        }
        credentials_refused()
    }

    fn judge(&self, asker: Asker, subject: Subject<'_>, answer: &transport::Answer) -> Verdict {
        let Subject { token, allowance, .. } = subject;
        let how = Reading { now: self.clock.now(), allowance, rules: self.rules };
        judge(asker, token, answer, how, Some(&self.extras))
    }

    async fn validate(
        &self,
        site: &Site,
        caller: &HeaderValue,
        token: &HeaderValue,
        subject: Subject<'_>,
        with_catalogue: bool,
    ) -> Result<transport::Answer, KeystoneError> {
        let query = match (with_catalogue, subject.allowance) {
            (false, Allowance::None) => "?nocatalog=1",
            (false, Allowance::Expired) => "?nocatalog=1&allow_expired=1",
            (true, Allowance::None) => "",
            (true, Allowance::Expired) => "?allow_expired=1",
        };
        let question = || {
            let mut request = site
                .request(Verb::GET, &format!("/auth/tokens{query}"))
                .header("x-auth-token", caller)
                .header("x-subject-token", token);
            if self.rules {
                request = request.header("openstack-identity-access-rules", "1");
            }
            if let Some(id) = subject.request_id {
                request = request.header("x-openstack-request-id", id);
            }
            request.body(Full::<Bytes>::default()).unwrap_or_default()
        };
        site.ask(Operation::Validate, &question)
            .await
            .map_err(|fault| KeystoneError::Unavailable(fault, None))
    }

    /// How long Keystone still wants to be left alone.
    fn pause(&self) -> Option<Duration> {
        let until = Duration::from_millis(self.quiet_until.load(Ordering::Relaxed));
        until.checked_sub(self.clock.steady()).filter(|left| !left.is_zero())
    }

    fn remedy(&self, fault: Fault) -> &'static str {
        fault.remedy(&self.sites.security.load().trust)
    }

    fn note(&self, result: &Result<Identity, KeystoneError>) {
        let Err(KeystoneError::Unavailable(fault, pause)) = result else {
            self.metrics.up.set(1);
            return;
        };
        self.metrics.up.set(0);
        self.metrics.faults.count(*fault);
        if let (Fault::Throttled, Some(pause)) = (fault, pause) {
            let until = self.clock.steady() + (*pause).min(MAX_PAUSE);
            let millis = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
            self.quiet_until.fetch_max(millis, Ordering::Relaxed);
        }
        let held_back = self.complaints.get(fault.index()).and_then(Quiet::pass);
        if let Some(held_back) = held_back {
            tracing::warn!(
                kind = fault.as_str(),
                remedy = self.remedy(*fault),
                held_back,
                "a token could not be validated"
            );
        }
    }
}

/// Reads the body of a successful validation: the one parser of what Keystone says, for those who
/// measure it or feed it nonsense.
///
/// # Errors
/// As [`Keystone::who_is`], for the same body.
pub fn read_validation(body: &[u8], now: UnixTime) -> Result<Identity, KeystoneError> {
    let how = Reading { now, allowance: Allowance::None, rules: false };
    wire::identity(&wire::draft(body, how)?)
}

/// Reads the body of a validation that was made at some other time, and saved: as whoever was told
/// it then would have, with `rules` for whether access rules are enforced. That the token may have
/// expired since is overlooked; the identity says when.
///
/// # Errors
/// As [`Keystone::who_is`], for the same body.
pub fn read_saved(body: &[u8], rules: bool) -> Result<Identity, KeystoneError> {
    let how = Reading { now: UnixTime::MAX, allowance: Allowance::Expired, rules };
    wire::identity(&wire::draft(body, how)?)
}

fn credentials_refused<T>() -> Result<T, KeystoneError> {
    Err(KeystoneError::Unavailable(Fault::Credentials, None))
}

fn sensitive(token: RawToken<'_>) -> Result<HeaderValue, KeystoneError> {
    let mut value = HeaderValue::from_bytes(token.as_bytes())
        .map_err(|_| KeystoneError::Bad(crate::identity::BadToken::Malformed))?;
    value.set_sensitive(true);
    Ok(value)
}
