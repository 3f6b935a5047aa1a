//! Requests that are described, played by a configuration without serving it.

use std::sync::Arc;

use anyhow::Context;
use tokio::runtime::Runtime;

use crate::admission::Admission;
use crate::config::Config;
use crate::explain::{Account, Case, Question, Report};
use crate::front::{Rehearsal, Stage};
use crate::identity::Clock;
use crate::remote::Remote;
use crate::telemetry::Registry;

use super::build::{Identities, identities};
use super::runtime::runtime;

/// Plays requests. Keystone is asked only about those that carry a token.
pub struct Rehearsals<'a> {
    config: &'a Config,
    runtime: Runtime,
    clock: Clock,
}

impl<'a> Rehearsals<'a> {
    /// By the routes, the rules and the settings of `config`.
    ///
    /// # Errors
    /// When a runtime cannot be started.
    pub fn new(config: &'a Config) -> anyhow::Result<Self> {
        Ok(Self { config, runtime: runtime()?, clock: Clock::system() })
    }

    /// What comes of `question`, and why.
    ///
    /// # Errors
    /// When it carries a token and what asks Keystone cannot be built.
    pub fn explain(&self, question: &Question) -> anyhow::Result<Account> {
        let rehearsal = self.play(question)?;
        Ok(Account::new(question, rehearsal, self.clock.now()))
    }

    /// Whether what is expected comes of `case`.
    ///
    /// # Errors
    /// As [`Rehearsals::explain`].
    pub fn test(&self, case: &Case) -> anyhow::Result<Report> {
        Ok(case.judge(self.play(case.question())?, self.clock.now()))
    }

    fn play(&self, question: &Question) -> anyhow::Result<Rehearsal> {
        let settings = self.config.admission.clone();
        if let Some(cast) = question.cast() {
            let admission = Admission::rehearsing(cast, settings);
            return Ok(self.runtime.block_on(self.rehearse(&admission, question)));
        }
        let registry = Registry::default();
        let Identities { validator, questions, .. } = identities(self.config, &registry)?;
        let remote = Arc::new(Remote::new(self.config.remote.clone(), &registry)?);
        let admission = Admission::new(validator, remote, settings);
        self.runtime.block_on(async {
            tokio::select! {
                rehearsal = self.rehearse(&admission, question) => Ok(rehearsal),
                () = questions.run() => None.context("nothing asks Keystone any more"),
            }
        })
    }

    async fn rehearse(&self, admission: &Admission, question: &Question) -> Rehearsal {
        let Config { front, policy, .. } = self.config;
        let stage = Stage::new(front, admission, policy);
        stage.rehearse(question.parts(), question.body()).await
    }
}
