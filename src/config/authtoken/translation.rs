//! What a section says, in our keys, and what was made of each of its options.

use std::sync::Arc;

use super::context::Context;
use super::interpolation::Dialect;
use super::section::{Finding, Section, Written};
use super::table::{self, Login, Rule};
use super::values;
use super::verdict::{Pair, Verdict};
use crate::config::errors::{Problems, legible};
use crate::config::layers::Layers;
use crate::config::options;
use crate::config::origin::{Origin, Spot};

/// A section, translated.
pub(in crate::config) struct Translation {
    /// The file, as the operator named it.
    pub(super) file: Arc<str>,
    /// The section that keystonemiddleware reads.
    pub(super) section: Arc<str>,
    /// Who fills in references there.
    pub(super) dialect: Dialect,
    /// What became of each option, in the order of the file.
    pub(super) items: Vec<Item>,
}

/// An option, and what became of it.
pub(super) struct Item {
    /// Where it is.
    pub(super) spot: Spot,
    /// What became of it.
    pub(super) verdict: Verdict,
}

impl Translation {
    /// Translates what the sections of `context` say.
    pub(super) fn of(file: &Arc<str>, dialect: Dialect, context: &Context<'_>) -> Self {
        let (file, section) = (Arc::clone(file), Arc::clone(&context.own.name));
        let mut translation = Self { file, section, dialect, items: Vec::new() };
        for section in [Some(context.own), context.account].into_iter().flatten() {
            for written in &section.read {
                let verdict = verdict(context, written);
                translation.add(section, &written.name, Some(written.line), verdict);
            }
            for Finding { option, line, verdict } in &section.unread {
                translation.add(section, option, Some(*line), verdict.clone());
            }
        }
        for (option, verdict) in unwritten(context) {
            translation.add(context.own, option, None, verdict);
        }
        // What nobody wrote comes last.
        translation.items.sort_by_key(|item| item.spot.line.unwrap_or(usize::MAX));
        translation
    }

    fn add(&mut self, section: &Section, option: &str, line: Option<usize>, verdict: Verdict) {
        let (file, section) = (Arc::clone(&self.file), Arc::clone(&section.name));
        // A name is whatever was written; each line about it stays one.
        let option = option.chars().flat_map(legible).collect();
        self.items.push(Item { spot: Spot { file, section, option, line }, verdict });
    }

    /// Where `option` would be written.
    pub(super) fn spot(&self, option: &str) -> Spot {
        let (file, section) = (Arc::clone(&self.file), Arc::clone(&self.section));
        Spot { file, section, option: option.to_owned(), line: None }
    }

    /// Refuses an option after all.
    pub(super) fn refuse(&mut self, spot: &Spot, reason: &str) {
        let verdict = Verdict::refused(reason.to_owned());
        match self.items.iter_mut().find(|item| item.spot == *spot) {
            Some(item) => item.verdict = verdict,
            None => self.items.push(Item { spot: spot.clone(), verdict }),
        }
    }

    /// Our keys with their values, and where each was written.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&Pair, &Spot)> {
        self.items
            .iter()
            .flat_map(|Item { spot, verdict }| verdict.pairs().iter().map(move |pair| (pair, spot)))
    }

    /// Whether the account is not whole because of what was refused.
    pub(in crate::config) fn lost_account(&self) -> bool {
        self.items.iter().any(|Item { spot, verdict }| {
            matches!(verdict, Verdict::Refused(_)) && table::is_of_account(&spot.option)
        })
    }

    /// Whether any value is a secret.
    pub(in crate::config) fn holds_secret(&self) -> bool {
        self.pairs()
            .any(|(pair, _)| options::find(pair.key).is_some_and(|target| target.field.is_secret()))
    }

    /// Lays the values over what is written so far; what was refused is a problem, and what nobody
    /// knows a warning.
    pub(in crate::config) fn lay(
        &self,
        layers: &mut Layers,
        problems: &mut Problems,
        warnings: &mut Vec<String>,
    ) {
        for (Pair { key, text }, spot) in self.pairs() {
            layers.cover(key, text, Origin::Ini(spot.clone()));
        }
        for Item { spot, verdict } in &self.items {
            match verdict {
                Verdict::Refused(reason) => {
                    problems.add(&Origin::Ini(spot.clone()), "", reason.as_ref());
                }
                Verdict::Unknown(likeness) => warnings.push(format!(
                    "{}: not known to keystonemiddleware; {likeness}",
                    Origin::Ini(spot.clone()).place()
                )),
                Verdict::Honoured(_) | Verdict::Mapped(..) | Verdict::Ignored(_) => {}
            }
        }
    }
}

/// What becomes of an option that is written.
fn verdict(context: &Context<'_>, written: &Written) -> Verdict {
    let known = written.known;
    let text = match &written.value {
        Ok(text) => text,
        // Nobody will miss what has no effect anyway.
        Err(_) if matches!(known.rule, Rule::Ignored(_)) => "",
        Err(fault) if known.secret => return Verdict::refused(fault.discreet()),
        Err(fault) => return Verdict::refused(fault.to_string()),
    };
    match known.rule {
        Rule::Ignored(why) => Verdict::ignored(why),
        Rule::Flag(key) => match values::boolean(text) {
            Ok(on) => Verdict::honoured(key, on.to_string()),
            Err(error) => Verdict::refused(format!("{text:?} {error}")),
        },
        Rule::List(key, none) => {
            let mut words = values::list(text);
            words.retain(|word| !word.is_empty());
            match words.as_slice() {
                [] => Verdict::mapped(key, "", none),
                words => Verdict::honoured(key, words.join(",")),
            }
        }
        _ if text.is_empty() => Verdict::ignored("is empty"),
        Rule::Same(key) => Verdict::honoured(key, text),
        Rule::By(rule) => rule(context, text),
    }
}

/// What becomes of options that nobody wrote, where that is worth a word: their defaults are part of
/// what the operator relied on.
fn unwritten(context: &Context<'_>) -> Vec<(&'static str, Verdict)> {
    let mut items = Vec::new();
    if !context.has("www_authenticate_uri") && !context.has("auth_uri") {
        let note = "clients are told auth_url, as there; write it when they use another address";
        items.push(("www_authenticate_uri", Verdict::Mapped(Vec::new(), note.into())));
    }
    if !context.has("include_service_catalog") {
        let on =
            Verdict::mapped("headers.service_catalog", "true", "on, as there unless it says False");
        items.push(("include_service_catalog", on));
    }
    if !context.has("service_token_roles_required") {
        let note =
            "True, as in keystonemiddleware 13; older ones also took tokens without the role";
        items.push(("service_token_roles_required", Verdict::Mapped(Vec::new(), note.into())));
    }
    if !context.has("interface") && !context.has("region_name") {
        let note = "auth_url itself is asked; there, the internal address in the catalogue is";
        items.push(("interface", Verdict::Mapped(Vec::new(), note.into())));
    }
    if context.login == Login::Nothing {
        items.push(("auth_type", Verdict::refused(NO_AUTH_TYPE)));
    }
    items
}

const NO_AUTH_TYPE: &str = "without it keystonemiddleware answers every request with 500; write \
     auth_type = password, and auth_url, username, user_domain_name, password, project_name and \
     project_domain_name";
