//! The rules that a service brings along.

use serde_json::Value as Json;
use thiserror::Error;

use crate::request::Scope;
use crate::rule::Rule;

/// A rule that a service brings along, in oslo.policy a `RuleDefault`.
///
/// ```
/// use oslo_policy::{DeprecatedRule, RuleDefault, Scope};
///
/// let default = RuleDefault {
///     scope_types: vec![Scope::Project],
///     deprecated_rule: Some(DeprecatedRule::new("volume:fetch", "role:member")),
///     ..RuleDefault::new("volume:get", "role:reader")
/// };
/// # let _ = default;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RuleDefault {
    /// The rule's name.
    pub name: String,
    /// The rule.
    pub rule: Rule,
    /// The scopes that the rule is for; empty when for all.
    pub scope_types: Vec<Scope>,
    /// What it replaces.
    pub deprecated_rule: Option<DeprecatedRule>,
    /// Whether the service is going to drop the rule.
    pub deprecated_for_removal: bool,
    /// What the rule is about.
    pub description: Option<String>,
    /// The requests that the service asks the rule for.
    pub operations: Vec<Operation>,
}

/// What a default replaces: another name, another rule, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct DeprecatedRule {
    /// The old name.
    pub name: String,
    /// The old default.
    pub rule: Rule,
}

/// A request that a service asks a rule for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The method.
    pub method: String,
    /// The path, with names in braces.
    pub path: String,
}

/// Defaults that cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("default number {number}: {message}")]
pub struct DefaultsError {
    /// Which one, counted from 1; 0 when it is about the whole text.
    pub number: usize,
    /// What is wrong.
    pub message: String,
}

impl RuleDefault {
    /// A default for all scopes that replaces nothing.
    pub fn new(name: impl Into<String>, rule: impl Into<Rule>) -> Self {
        Self {
            name: name.into(),
            rule: rule.into(),
            scope_types: Vec::new(),
            deprecated_rule: None,
            deprecated_for_removal: false,
            description: None,
            operations: Vec::new(),
        }
    }

    /// Reads defaults from a JSON list of objects. Their members are called as the attributes of
    /// Python's `RuleDefault`: `name` and `check_str`, and if there is something to say,
    /// `scope_types`, `deprecated_rule` (with `name` and `check_str`), `deprecated_for_removal`,
    /// `description` and `operations` (with `method`, text or a list, and `path`).
    ///
    /// ```
    /// # use oslo_policy::RuleDefault;
    /// let defaults = RuleDefault::from_json(
    ///     r#"[{"name": "volume:get", "check_str": "role:reader", "scope_types": ["project"]}]"#,
    /// )?;
    /// assert_eq!(defaults[0].name, "volume:get");
    /// # Ok::<(), oslo_policy::DefaultsError>(())
    /// ```
    ///
    /// # Errors
    /// The first thing that is wrong, and in which default.
    pub fn from_json(text: &str) -> Result<Vec<Self>, DefaultsError> {
        let whole = |message: String| DefaultsError { number: 0, message };
        let json: Json = serde_json::from_str(text).map_err(|error| whole(error.to_string()))?;
        let items = json.as_array().ok_or_else(|| whole("not a list".to_owned()))?;
        let read = |(index, item)| {
            default(item).map_err(|message| DefaultsError { number: index + 1, message })
        };
        items.iter().enumerate().map(read).collect()
    }
}

impl DeprecatedRule {
    /// The old name and the old default.
    pub fn new(name: impl Into<String>, rule: impl Into<Rule>) -> Self {
        Self { name: name.into(), rule: rule.into() }
    }
}

fn default(json: &Json) -> Result<RuleDefault, String> {
    let deprecated = member(json, "deprecated_rule")
        .map(|old| Ok::<_, String>(DeprecatedRule { name: text(old, "name")?, rule: rule(old)? }));
    Ok(RuleDefault {
        name: text(json, "name")?,
        rule: rule(json)?,
        scope_types: list(json, "scope_types", |scope| {
            let scope = scope.as_str().and_then(Scope::named);
            scope.ok_or_else(|| "a scope is `system`, `domain` or `project`".to_owned())
        })?,
        deprecated_rule: deprecated.transpose()?,
        deprecated_for_removal: member(json, "deprecated_for_removal") == Some(&Json::Bool(true)),
        description: member(json, "description").and_then(Json::as_str).map(str::to_owned),
        operations: list(json, "operations", operations)?.concat(),
    })
}

/// A path, with one method or with several.
fn operations(json: &Json) -> Result<Vec<Operation>, String> {
    let path = text(json, "path")?;
    let operation = |method: String| Operation { method, path: path.clone() };
    if json.get("method").is_some_and(Json::is_array) {
        let method = |method: &Json| method.as_str().map(str::to_owned);
        let methods =
            list(json, "method", |json| method(json).ok_or_else(|| NO_METHOD.to_owned()))?;
        return Ok(methods.into_iter().map(operation).collect());
    }
    Ok(vec![operation(text(json, "method")?)])
}

const NO_METHOD: &str = "a method is text";

fn rule(json: &Json) -> Result<Rule, String> {
    let value = json.get("check_str").ok_or("`check_str` is missing")?;
    Rule::from_json(value).map_err(|error| error.to_string())
}

/// A member that is there and not `null`.
fn member<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    json.get(name).filter(|value| !value.is_null())
}

fn text(json: &Json, name: &str) -> Result<String, String> {
    let text = json.get(name).and_then(Json::as_str);
    text.map(str::to_owned).ok_or_else(|| format!("`{name}` is missing or no text"))
}

fn list<T>(
    json: &Json,
    name: &str,
    read: impl FnMut(&Json) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    match member(json, name) {
        None => Ok(Vec::new()),
        Some(Json::Array(items)) => items.iter().map(read).collect(),
        Some(_) => Err(format!("`{name}` is no list")),
    }
}
