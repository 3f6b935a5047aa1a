//! What was recorded of keystonemiddleware: a request, and what came of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One recorded request. Tokens stand in it by their names in `tokens.json`, as `<name>`, and
/// catalogues by theirs, as `<catalogue:name>`.
#[derive(Deserialize)]
pub(super) struct Case {
    /// Its name.
    #[serde(rename = "case")]
    pub(super) name: String,
    /// How keystonemiddleware was configured; see `stage::settings`.
    pub(super) config: String,
    /// Why it has no counterpart here; then nothing else was copied.
    pub(super) not_applicable: Option<String>,
    /// What happened to tokens before: `begin NAME`, `end NAME` or `revoke NAME`.
    #[serde(default)]
    pub(super) before: Vec<String>,
    pub(super) request: Option<Request>,
    #[serde(flatten)]
    pub(super) outcome: Outcome,
    /// In what we differ on purpose.
    pub(super) here: Option<Here>,
}

/// The request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
}

/// What came of it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) status: Option<u16>,
    /// The fields that the application saw, when it was reached and did not refuse itself.
    pub(super) saw: Option<BTreeMap<String, String>>,
    /// Of the response to the client: type, length, challenge, and how long to wait.
    pub(super) response: Option<BTreeMap<String, String>>,
    pub(super) body: Option<String>,
}

/// What differs here, member by member: what is not named is as it was recorded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Here {
    /// The rows of docs/compatibility.md that speak of it.
    pub(super) reasons: Vec<String>,
    status: Option<u16>,
    /// Null for a field that is not there.
    #[serde(default)]
    saw: BTreeMap<String, Option<String>>,
    /// The whole of them, because another response is another.
    response: Option<BTreeMap<String, String>>,
    body: Option<String>,
    /// The application is not reached.
    #[serde(default)]
    refused: bool,
}

impl Here {
    /// What should come of the request here.
    pub(super) fn instead_of(&self, there: &Outcome) -> Outcome {
        let mut here = there.clone();
        here.status = self.status.or(here.status);
        if self.refused {
            here.saw = None;
        }
        for (name, value) in &self.saw {
            let saw = here.saw.get_or_insert_default();
            match value {
                Some(value) => drop(saw.insert(name.clone(), value.clone())),
                None => drop(saw.remove(name)),
            }
        }
        if !self.saw.is_empty() {
            (here.response, here.body) = (None, None);
        }
        if self.response.is_some() {
            here.response.clone_from(&self.response);
        }
        if self.body.is_some() {
            here.body.clone_from(&self.body);
        }
        here
    }
}

/// A token as Keystone described it, its dates and its catalogue taken out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recorded {
    pub(super) token: Value,
    /// The name of its catalogue.
    pub(super) catalogue: Option<String>,
    #[serde(default)]
    pub(super) ends: Ends,
}

/// When a token ends, seen from the test.
#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Ends {
    #[default]
    Later,
    Past,
    /// Some moments after it begins.
    Soon,
}

/// A catalogue as Keystone sends it, and as services were told it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Catalogue {
    pub(super) v2: String,
    pub(super) v3: Value,
}

/// Everything that was recorded.
pub(super) struct Records {
    pub(super) cases: Vec<Case>,
    pub(super) tokens: BTreeMap<String, Recorded>,
    pub(super) catalogues: BTreeMap<String, Catalogue>,
}

impl Records {
    pub(super) fn read() -> Self {
        Self {
            cases: serde_json::from_str(include_str!("cases.json")).unwrap(),
            tokens: serde_json::from_str(include_str!("tokens.json")).unwrap(),
            catalogues: serde_json::from_str(include_str!("catalogues.json")).unwrap(),
        }
    }
}
