//! The decision: who is this, and may the request go on. The whole product on one page.
//!
//! Every door hands in the same neutral request and gets the same answer; no door decides.

mod access_rules;
mod decision;
mod request;
mod settings;
mod source;

use std::sync::Arc;
use std::time::Duration;

use crate::identity::{Allowance, BadToken, Identity, RawToken};
use crate::policy::{self, Access, Answers, Facts, Forbidden, Policy, Ruling, Way};
use crate::remote::{Inquiry, Remote, Unanswered};
use crate::routing::Asked;
use crate::validation::{TokenFailure, Validator};

pub use decision::{Grant, Party, Rejection, Standing};
pub use request::{AccessRequest, Credential};
pub use settings::Settings;
pub use source::Cast;

use source::Source;

/// Decides. Shared by all workers.
pub struct Admission {
    source: Source,
    settings: Settings,
}

/// The service that calls on the user's behalf.
struct Caller {
    identity: Arc<Identity>,
    /// It has a service role: it may act for a user whose token has expired, and its calls are
    /// links of a chain that began where the user was let in.
    vouches: bool,
}

impl Admission {
    /// Decides by what `validator` says and the operator wants; `remote` asks the servers that
    /// rules name.
    pub fn new(validator: Arc<Validator>, remote: Arc<Remote>, settings: Settings) -> Self {
        Self { source: Source::Live { validator, remote }, settings }
    }

    /// The same decisions about requests whose tokens stand for whom `cast` says. Nobody is asked:
    /// what a rule leaves to another server stays unknown.
    #[must_use]
    pub fn rehearsing(cast: Cast, settings: Settings) -> Self {
        Self { source: Source::Cast(cast), settings }
    }

    /// The same, by other settings.
    #[must_use]
    pub fn following(&self, settings: Settings) -> Self {
        Self { source: self.source.clone(), settings }
    }

    /// What the operator wants.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where a request leads.
    ///
    /// # Errors
    /// When no route takes it. Nobody is asked about its token then.
    pub fn receive<'t, 'p>(policy: &'t Policy, asked: Asked<'p>) -> Result<Way<'t, 'p>, Rejection> {
        policy.way(asked).map_err(Rejection::Forbidden)
    }

    /// Whether `request` may go on, and as whom: [`Admission::identify`], then
    /// [`Admission::permit`]. For doors that have all the facts from the start.
    ///
    /// # Errors
    /// The rejection; each door words it in its own protocol.
    pub async fn admit(
        &self,
        policy: &Policy,
        request: &AccessRequest<'_>,
        facts: &Facts<'_>,
        waited: &mut Duration,
    ) -> Result<Grant, Rejection> {
        let standing = self.identify(request, waited).await?;
        self.permit(policy, request.way, facts, standing, &mut Answers::new()).await
    }

    /// Who sent `request`.
    ///
    /// The service token is judged first, because it can change how the user token is judged
    /// (keystonemiddleware, `process_request`). A bad one, or one without a service role, changes
    /// nothing for the better.
    ///
    /// Cancel-safe. Waits for Keystone, for each token at most as long as the validator does, and
    /// adds that time to `waited`.
    ///
    /// # Errors
    /// The rejection; each door words it in its own protocol.
    pub async fn identify(
        &self,
        request: &AccessRequest<'_>,
        waited: &mut Duration,
    ) -> Result<Standing, Rejection> {
        if request.way.route.access == Access::Public {
            return Ok(Standing::nobody());
        }
        let token = self.or_defer(request, self.presented(request.user))?;
        let caller = match request.service {
            Credential::Absent => Ok(None),
            // Rare next to plain requests; boxed so that their future stays small.
            _ => self.or_defer(request, Box::pin(self.caller(request, waited)).await)?,
        };
        let vouched = matches!(&caller, Ok(Some(caller)) if caller.vouches);
        let user = match token {
            Ok(token) => {
                let allowance = self.allowance(vouched);
                // Matched here, not behind another future: the common one stays small.
                let said = match &self.source {
                    Source::Cast(cast) => cast.user(),
                    Source::Live { validator, .. } => {
                        validator.validate(token, allowance, request.request_id, waited).await
                    }
                };
                self.or_defer(request, self.judged(said, request, vouched))?
            }
            Err(rejection) => Err(rejection),
        };
        Ok(Standing::new(user, caller.map(|caller| caller.map(|caller| caller.identity))))
    }

    /// Whether whoever stands there may do what is asked, in view of `facts`.
    ///
    /// Cancel-safe. Waits only where a rule asks another server, for each question at most as long
    /// as that is configured to take; what they say is added to `answers`.
    ///
    /// # Errors
    /// When the policy says no, or another server that has to be asked does not answer; neither
    /// where the route is only watched.
    pub async fn permit(
        &self,
        policy: &Policy,
        way: &Way<'_, '_>,
        facts: &Facts<'_>,
        standing: Standing,
        answers: &mut Answers,
    ) -> Result<Grant, Rejection> {
        // Where the service is to decide itself, there is nobody to judge.
        let Some(caller) = standing.caller() else {
            return Ok(Grant::new(standing, None));
        };
        let verdict = if policy.settings().remote {
            // Rare; boxed so that the common future stays small.
            match Box::pin(self.ask_around(policy, way, facts, caller, answers)).await {
                // A server that is only tried out must not hold anybody up by being away.
                Err(_) if way.route.shadow => Err(Forbidden::Undecided),
                said => said?,
            }
        } else {
            policy.permits(way, facts, caller)
        };
        match verdict {
            Ok(()) => Ok(Grant::new(standing, None)),
            Err(forbidden) if way.route.shadow => Ok(Grant::new(standing, Some(forbidden))),
            Err(forbidden) => Err(Rejection::Forbidden(forbidden)),
        }
    }

    /// What the policy says, when other servers have a say in it.
    async fn ask_around(
        &self,
        policy: &Policy,
        way: &Way<'_, '_>,
        facts: &Facts<'_>,
        caller: policy::Caller<'_>,
        answers: &mut Answers,
    ) -> Result<Result<(), Forbidden>, Rejection> {
        loop {
            let question = match policy.step(way, facts, caller, answers) {
                Ruling::Decided(verdict) => return Ok(verdict),
                Ruling::Ask(question) => question,
            };
            let Some(target) = facts.to_json(way) else {
                return Ok(Err(Forbidden::Undecided));
            };
            let inquiry = Inquiry {
                check: question.check(),
                url: question.url(),
                rule: way.route.rule().unwrap_or_default(),
                target,
                credentials: caller.to_json(),
            };
            let answer = match &self.source {
                Source::Cast(_) => Err(Unanswered),
                Source::Live { remote, .. } => remote.ask(&inquiry).await,
            };
            let retry_after = self.settings.retry_after;
            let allowed = answer.map_err(|Unanswered| Rejection::Unavailable { retry_after })?;
            answers.insert(&question, allowed);
        }
    }

    /// A verdict that the service behind us is to pass itself goes on as such; a failure to know
    /// never does, because it says nothing about the client.
    fn or_defer<T>(
        &self,
        request: &AccessRequest<'_>,
        result: Result<T, Rejection>,
    ) -> Result<Result<T, Rejection>, Rejection> {
        let defers = request.way.route.pass_invalid.unwrap_or(self.settings.delay);
        match result {
            Err(rejection) if !defers || rejection.is_outage() => Err(rejection),
            judged => Ok(judged),
        }
    }

    /// The token in a field, if it is worth asking about.
    fn presented<'a>(&self, credential: Credential<'a>) -> Result<RawToken<'a>, Rejection> {
        let token = match credential {
            Credential::Absent => return Err(Rejection::MissingToken),
            Credential::Several => return Err(Rejection::BadToken(BadToken::Malformed)),
            Credential::Single(token) => token,
        };
        if token.is_empty() {
            return Err(Rejection::MissingToken);
        }
        if token.len() > self.settings.max_token_bytes {
            return Err(Rejection::BadToken(BadToken::TooLong));
        }
        Ok(token)
    }

    async fn caller(
        &self,
        request: &AccessRequest<'_>,
        waited: &mut Duration,
    ) -> Result<Option<Caller>, Rejection> {
        let token = match self.presented(request.service) {
            Ok(token) => token,
            Err(Rejection::MissingToken) => return Ok(None),
            Err(rejection) => return Err(rejection.of_the_service_token()),
        };
        let said = match &self.source {
            Source::Cast(cast) => cast.service(),
            Source::Live { validator, .. } => {
                validator.validate(token, Allowance::None, request.request_id, waited).await
            }
        };
        // Its own access rules hold too; no chain began before it.
        let identity =
            self.judged(said, request, false).map_err(Rejection::of_the_service_token)?;
        let vouches = identity.roles().any(|role| self.settings.is_service_role(role));
        if !vouches && self.settings.service_token_roles_required {
            return Err(Rejection::NoServiceRole);
        }
        Ok(Some(Caller { identity, vouches }))
    }

    fn allowance(&self, vouched: bool) -> Allowance {
        if vouched && self.settings.overlook_expiry { Allowance::Expired } else { Allowance::None }
    }

    /// What a validation means for `request`, the token's own access rules included.
    fn judged(
        &self,
        said: Result<Arc<Identity>, TokenFailure>,
        request: &AccessRequest<'_>,
        chained: bool,
    ) -> Result<Arc<Identity>, Rejection> {
        let identity = said.map_err(|failure| match failure {
            TokenFailure::Bad(bad) => Rejection::BadToken(bad),
            TokenFailure::Unavailable { retry_after } => Rejection::Unavailable { retry_after },
        })?;
        if let Some(restriction) = identity.restriction() {
            let asked = access_rules::Asked { method: request.method, path: request.path, chained };
            if !access_rules::allow(restriction, self.settings.service_type.as_deref(), asked) {
                return Err(Rejection::BadToken(BadToken::Restricted));
            }
        }
        Ok(identity)
    }
}
