//! Our own account: one token for the whole process, obtained when first needed, renewed before
//! it ends, and replaced once when Keystone refuses it.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use http::{HeaderValue, Method as Verb, Request, StatusCode, header};
use http_body_util::Full;
use tokio::sync::Mutex;

use crate::identity::Clock;

use super::answer::{retry_after, throttled};
use super::error::{Fault, KeystoneError};
use super::login;
use super::metrics::{Metrics, Operation};
use super::transport::{Answer, Transport};
use super::wire;
use super::{Credentials, USER_AGENT};

/// How long a refused login is believed before it is tried again: wrong credentials must not
/// become a flood of logins.
const REFUSED_FOR: Duration = Duration::from_secs(5);

/// The account's session.
pub(super) struct Session {
    credentials: Credentials,
    path: String,
    current: ArcSwapOption<ServiceToken>,
    /// Held during a login, so that however many need a token, one asks. Holding it over an
    /// await is its purpose; the login inside has its caller's deadline.
    login: Mutex<Option<Refused>>,
    clock: Clock,
    metrics: Metrics,
}

/// A token of our own.
pub(super) struct ServiceToken {
    pub(super) value: HeaderValue,
    /// On the steady clock: when to renew, and when it is over.
    renew_at: Duration,
    ends_at: Duration,
}

/// A login that was refused, and until when not to try again.
struct Refused {
    error: KeystoneError,
    until: Duration,
}

impl Session {
    pub(super) fn new(
        credentials: Credentials,
        base: &str,
        clock: Clock,
        metrics: Metrics,
    ) -> Self {
        Self {
            credentials,
            path: format!("{base}/auth/tokens?nocatalog=1"),
            current: ArcSwapOption::empty(),
            login: Mutex::default(),
            clock,
            metrics,
        }
    }

    /// The token to ask with. Logs in when there is none; one caller renews it when four fifths
    /// of its life have gone, while the others go on with the old one.
    pub(super) async fn token(
        &self,
        transport: &Transport,
    ) -> Result<Arc<ServiceToken>, KeystoneError> {
        let now = self.clock.steady();
        if let Some(token) = self.current.load_full() {
            if now < token.renew_at {
                return Ok(token);
            }
            if now < token.ends_at {
                return Ok(self.renew_early(token, transport).await);
            }
        }
        self.obtain(None, transport).await
    }

    /// A token other than `refused`, which Keystone would not take.
    pub(super) async fn replace(
        &self,
        refused: &Arc<ServiceToken>,
        transport: &Transport,
    ) -> Result<Arc<ServiceToken>, KeystoneError> {
        self.obtain(Some(refused), transport).await
    }

    async fn renew_early(
        &self,
        old: Arc<ServiceToken>,
        transport: &Transport,
    ) -> Arc<ServiceToken> {
        let Ok(mut refused) = self.login.try_lock() else {
            return old;
        };
        if self.refused(refused.as_ref()).is_some() {
            return old;
        }
        match self.log_in(&mut refused, transport).await {
            Ok(new) => new,
            Err(error) => {
                tracing::warn!(%error, "cannot renew our own token yet; the old one still holds");
                old
            }
        }
    }

    async fn obtain(
        &self,
        refused: Option<&Arc<ServiceToken>>,
        transport: &Transport,
    ) -> Result<Arc<ServiceToken>, KeystoneError> {
        let mut last = self.login.lock().await;
        let now = self.clock.steady();
        if let Some(token) = self.current.load_full() {
            let is_refused = refused.is_some_and(|refused| Arc::ptr_eq(refused, &token));
            if now < token.ends_at && !is_refused {
                return Ok(token);
            }
            self.forget();
        }
        if let Some(error) = self.refused(last.as_ref()) {
            return Err(error);
        }
        self.log_in(&mut last, transport).await
    }

    /// Notes that Keystone takes none of our tokens, new ones included: for a while, logging in
    /// again would only be a flood.
    pub(super) async fn despair(&self) {
        let error = KeystoneError::Unavailable(Fault::Credentials, None);
        let mut last = self.login.lock().await;
        self.forget();
        *last = Some(Refused { error, until: self.clock.steady() + REFUSED_FOR });
    }

    fn refused(&self, last: Option<&Refused>) -> Option<KeystoneError> {
        let now = self.clock.steady();
        last.filter(|refused| now < refused.until).map(|refused| refused.error)
    }

    fn forget(&self) {
        self.current.store(None);
        self.metrics.service_token_expiry.set(0);
    }

    async fn log_in(
        &self,
        last: &mut Option<Refused>,
        transport: &Transport,
    ) -> Result<Arc<ServiceToken>, KeystoneError> {
        let body = Bytes::from(login::body(&self.credentials).to_string());
        let question = || {
            Request::builder()
                .method(Verb::POST)
                .uri(&self.path)
                .header(header::HOST, transport.authority())
                .header(header::ACCEPT, "application/json")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::USER_AGENT, USER_AGENT)
                .body(Full::new(body.clone()))
                .unwrap_or_default()
        };
        let answer = transport
            .ask(Operation::Authenticate, &question)
            .await
            .map_err(|fault| KeystoneError::Unavailable(fault, None))?;
        match self.read(&answer) {
            Ok(token) => {
                *last = None;
                let token = Arc::new(token);
                self.current.store(Some(Arc::clone(&token)));
                let ends = self.clock.now().plus(token.ends_at.saturating_sub(self.clock.steady()));
                self.metrics.service_token_expiry.set(ends.as_millis() / 1000);
                tracing::info!("logged in to the identity service");
                Ok(token)
            }
            Err(error) => {
                *last = Some(Refused { error, until: self.clock.steady() + REFUSED_FOR });
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
        let steady = self.clock.steady();
        Ok(ServiceToken { value, renew_at: steady + life.mul_f64(0.8), ends_at: steady + life })
    }
}
