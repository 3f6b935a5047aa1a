//! What an application credential was restricted to by its owner.

/// The access rules of an application credential, and what is needed to judge by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// The requests it is good for; with none, it is good for nothing.
    pub rules: Box<[AccessRule]>,
    /// The types of the services in the token's catalogue; `None` without a catalogue.
    pub services: Option<Box<[String]>>,
}

/// A kind of request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRule {
    /// The service's type, as in `compute`.
    pub service: String,
    /// The method in capitals.
    pub method: String,
    /// The path, with `{name}`, `*` and `**` as placeholders.
    pub path: String,
}

impl Restriction {
    /// How many bytes of memory this holds.
    pub(super) fn weight(&self) -> usize {
        let rule = |rule: &AccessRule| {
            size_of::<AccessRule>() + rule.service.len() + rule.method.len() + rule.path.len()
        };
        let services = self.services.iter().flatten().map(|name| size_of::<String>() + name.len());
        size_of::<Self>() + self.rules.iter().map(rule).sum::<usize>() + services.sum::<usize>()
    }
}
