//! The side of a check that comes from the token.

use std::fmt::{self, Display, Formatter};

use serde_json::{Map as Object, Value as Json};

use crate::value::{AsValue, Map, Value};

/// Whoever asks: a nested mapping, such as `RequestContext.to_policy_values()` returns.
///
/// An attribute that is absent and one that is [`Value::None`] differ. `project_id:%(project_id)s`
/// is false if the credentials have no `project_id`, and true if both sides have one without a
/// value. [`Context`](crate::Context) has the attributes that services have.
///
/// ```
/// use oslo_policy::{Credentials, Value};
///
/// struct Caller {
///     user_id: String,
///     roles: Vec<String>,
/// }
///
/// impl Credentials for Caller {
///     fn attribute(&self, name: &str) -> Option<Value<'_>> {
///         match name {
///             "roles" => Some(Value::List(&self.roles)),
///             "user_id" => Some(Value::Text(&self.user_id)),
///             _ => None,
///         }
///     }
/// }
/// ```
pub trait Credentials {
    /// The value of an attribute; `roles` is the list of the roles' names.
    fn attribute(&self, name: &str) -> Option<Value<'_>>;
}

impl<C: Credentials + ?Sized> Credentials for &C {
    fn attribute(&self, name: &str) -> Option<Value<'_>> {
        (**self).attribute(name)
    }
}

impl Credentials for Object<String, Json> {
    fn attribute(&self, name: &str) -> Option<Value<'_>> {
        self.value(name)
    }
}

/// An object; any other value has no attributes.
impl Credentials for Json {
    fn attribute(&self, name: &str) -> Option<Value<'_>> {
        self.get(name).map(AsValue::as_value)
    }
}

/// The attribute that a rule sees under `name`: `system_scope`, where it says anything, is there
/// as `system` too.
pub(crate) fn attribute<'a>(
    credentials: &'a (impl Credentials + ?Sized),
    name: &str,
) -> Option<Value<'a>> {
    if name == "system" {
        let scope = credentials.attribute("system_scope").filter(Value::is_truthy);
        if scope.is_some() {
            return scope;
        }
    }
    credentials.attribute(name)
}

/// What a token is scoped to, as far as rules tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// A domain.
    Domain,
    /// A project. Tokens without a scope count as this too.
    Project,
    /// The whole system.
    System,
}

impl Scope {
    /// The scope of credentials. System goes before domain, domain before project.
    pub fn of(credentials: &(impl Credentials + ?Sized)) -> Self {
        let says = |name| attribute(credentials, name).is_some_and(|value| value.is_truthy());
        if says("system") {
            Self::System
        } else if says("domain_id") {
            Self::Domain
        } else {
            Self::Project
        }
    }

    /// The scope that `scope_types` call by this word.
    pub fn named(word: &str) -> Option<Self> {
        let all = [Self::Domain, Self::Project, Self::System];
        all.into_iter().find(|scope| scope.as_str() == word)
    }

    /// The word that `scope_types` have for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Project => "project",
            Self::System => "system",
        }
    }
}

impl Display for Scope {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
