//! Our own account: one token for the whole process, obtained when first needed, renewed before
//! it ends, and replaced once when Keystone refuses it.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use http::{HeaderValue, Method as Verb, StatusCode, header};
use http_body_util::Full;
use tokio::sync::Mutex;

use crate::dial::Security;
use crate::identity::Clock;

use super::answer::{retry_after, throttled};
use super::error::{Fault, KeystoneError};
use super::login;
use super::metrics::Operation;
use super::site::{Site, Sites};
use super::transport::Answer;
use super::wire;
use super::{Base, CatalogueEndpoint, Credentials};

/// How long a refused login is believed before it is tried again: wrong credentials must not
/// become a flood of logins.
const REFUSED_FOR: Duration = Duration::from_secs(5);

/// The account's session.
pub(super) struct Session {
    credentials: Credentials,
    home: Arc<Site>,
    sites: Sites,
    endpoint: Option<CatalogueEndpoint>,
    current: ArcSwapOption<ServiceToken>,
    /// Held during a login, so that however many need a token, one asks. Holding it over an
    /// await is its purpose; the login inside has its caller's deadline.
    login: Mutex<Logins>,
    clock: Clock,
}

/// A token of our own.
pub(super) struct ServiceToken {
    pub(super) value: HeaderValue,
    /// Where to ask with it.
    pub(super) site: Arc<Site>,
    /// On the steady clock: since when we have it, when to renew, and when it is over.
    since: Duration,
    renew_at: Duration,
    ends_at: Duration,
}

/// What became of the latest logins.
#[derive(Default)]
struct Logins {
    /// The last one was refused: why, and until when not to try again.
    refused: Option<(KeystoneError, Duration)>,
    /// When a token was last replaced because Keystone refused it.
    replaced_at: Option<Duration>,
}

impl Session {
    /// Logs in at `home` as `credentials` say; tokens are asked about there too, or at `endpoint`
    /// of the catalogue that comes with the login.
    pub(super) fn new(
        credentials: Credentials,
        home: Arc<Site>,
        sites: Sites,
        endpoint: Option<CatalogueEndpoint>,
        clock: Clock,
    ) -> Self {
        Self {
            credentials,
            home,
            sites,
            endpoint,
            current: ArcSwapOption::empty(),
            login: Mutex::default(),
            clock,
        }
    }

    /// The token to ask with. Logs in when there is none; one caller renews it when four fifths
    /// of its life have gone, while the others go on with the old one.
    pub(super) async fn token(&self) -> Result<Arc<ServiceToken>, KeystoneError> {
        let now = self.clock.steady();
        if let Some(token) = self.current.load_full() {
            if now < token.renew_at {
                return Ok(token);
            }
            if now < token.ends_at {
                return Ok(self.renew_early(token).await);
            }
        }
        self.obtain().await
    }

    /// A token other than `refused`, which Keystone would not take.
    ///
    /// Replaced once in a while, not for every refusal: something that answers 401 about other
    /// tokens than ours must cost neither a flood of logins nor a token that still holds.
    pub(super) async fn replace(
        &self,
        refused: &Arc<ServiceToken>,
    ) -> Result<Arc<ServiceToken>, KeystoneError> {
        let mut logins = self.login.lock().await;
        let now = self.clock.steady();
        if let Some(token) = self.valid(now).filter(|token| !Arc::ptr_eq(refused, token)) {
            return Ok(token);
        }
        if logins.replaced_at.is_some_and(|at| now < at + REFUSED_FOR) {
            return Err(KeystoneError::Unavailable(Fault::Credentials, None));
        }
        logins.replaced_at = Some(now);
        self.log_in(&mut logins).await
    }

    /// Notes that asking failed in a way that may be the endpoint's: the next question logs in
    /// again and reads the catalogue anew, at most once in a while.
    pub(super) fn doubt(&self) {
        let Some(token) = self.current.load_full() else { return };
        token.site.distrust_idle();
        if self.endpoint.is_some() && self.clock.steady() >= token.since + REFUSED_FOR {
            self.current.store(None);
        }
    }

    async fn renew_early(&self, old: Arc<ServiceToken>) -> Arc<ServiceToken> {
        // Somebody else is at it, or was refused a moment ago.
        let Ok(mut logins) = self.login.try_lock() else { return old };
        match self.log_in(&mut logins).await {
            Ok(new) => new,
            Err(error) => {
                tracing::debug!(%error, "cannot renew our own token yet; the old one still holds");
                old
            }
        }
    }

    async fn obtain(&self) -> Result<Arc<ServiceToken>, KeystoneError> {
        let mut logins = self.login.lock().await;
        match self.valid(self.clock.steady()) {
            Some(token) => Ok(token),
            None => self.log_in(&mut logins).await,
        }
    }

    fn valid(&self, now: Duration) -> Option<Arc<ServiceToken>> {
        self.current.load_full().filter(|token| now < token.ends_at)
    }

    async fn log_in(&self, logins: &mut Logins) -> Result<Arc<ServiceToken>, KeystoneError> {
        if let Some((error, until)) = logins.refused
            && self.clock.steady() < until
        {
            return Err(error);
        }
        let path = match self.endpoint {
            None => "/auth/tokens?nocatalog=1",
            Some(_) => "/auth/tokens",
        };
        let body = Bytes::from(login::body(&self.credentials).to_string());
        let question = || {
            self.home
                .request(Verb::POST, path)
                .header(header::CONTENT_TYPE, "application/json")
                .body(Full::new(body.clone()))
                .unwrap_or_default()
        };
        let answer = self
            .home
            .ask(Operation::Authenticate, &question)
            .await
            .map_err(|fault| KeystoneError::Unavailable(fault, None))?;
        match self.read(&answer) {
            Ok(token) => {
                logins.refused = None;
                let token = Arc::new(token);
                self.current.store(Some(Arc::clone(&token)));
                let ends = self.clock.now().plus(token.ends_at.saturating_sub(self.clock.steady()));
                self.sites.metrics.service_token_expiry.set(ends.as_millis() / 1000);
                tracing::info!(
                    validates_at = token.site.url(),
                    "logged in to the identity service"
                );
                Ok(token)
            }
            Err(error) => {
                tracing::warn!(%error, "our own account cannot log in");
                logins.refused = Some((error, self.clock.steady() + REFUSED_FOR));
                Err(error)
            }
        }
    }

    fn read(&self, answer: &Answer) -> Result<ServiceToken, KeystoneError> {
        let now = self.clock.now();
        let fault = |fault| Err(KeystoneError::Unavailable(fault, None));
        match answer.status {
            StatusCode::CREATED | StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
                return fault(Fault::Credentials);
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(throttled(&answer.headers, now));
            }
            status if status.is_redirection() => return fault(Fault::Redirect),
            status if status.is_server_error() => {
                let pause = retry_after(&answer.headers, now);
                return Err(KeystoneError::Unavailable(Fault::Status, pause));
            }
            _ => return fault(Fault::NotKeystone),
        }
        let (Some(value), Some(life)) =
            (answer.headers.get("x-subject-token"), wire::lifetime(&answer.body, now))
        else {
            return fault(Fault::Malformed);
        };
        let mut value = value.clone();
        value.set_sensitive(true);
        let site = self.site(&answer.body)?;
        let since = self.clock.steady();
        let (renew_at, ends_at) = (since + life.mul_f64(0.8), since + life);
        Ok(ServiceToken { value, site, since, renew_at, ends_at })
    }

    /// Where to ask about tokens, as the catalogue of the login in `body` says.
    fn site(&self, body: &[u8]) -> Result<Arc<Site>, KeystoneError> {
        let Some(CatalogueEndpoint { interface, region }) = &self.endpoint else {
            return Ok(Arc::clone(&self.home));
        };
        let nowhere = || KeystoneError::Unavailable(Fault::NoEndpoint, None);
        let url = wire::identity_endpoint(body, interface, region.as_deref())
            .filter(|url| url.starts_with("http"))
            .ok_or_else(nowhere)?;
        let known = self.current.load_full().filter(|token| token.site.url() == url);
        if let Some(token) = known {
            return Ok(Arc::clone(&token.site));
        }
        let base =
            Base::parse(&url, Security::clone(&self.sites.security.load())).map_err(|error| {
                let url = shown(&url);
                tracing::warn!(url, error, "the catalogue names an endpoint that cannot be used");
                nowhere()
            })?;
        // The same is said of `keystone.auth_url` at the start.
        if base.endpoint.tls.is_none() && !base.endpoint.address.is_local() {
            tracing::warn!(
                url,
                "the catalogue names a plain http address: anybody on the network path to it can \
                 read tokens and declare any of them valid; use https"
            );
        }
        let site = self.sites.at(base).map_err(|error| {
            tracing::warn!(url, %error, "the catalogue names an endpoint that cannot be used");
            KeystoneError::Unavailable(Fault::Tls, None)
        })?;
        Ok(Arc::new(site))
    }
}

/// An address as anybody may see it: one with a password in it is refused, and must not be repeated.
fn shown(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, host)| host)
}
