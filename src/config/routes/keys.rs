//! Every key of a route, once. What is accepted, the JSON Schema and the reference are made from
//! this list, so none of them can disagree with another.

/// One key.
pub(in crate::config) struct Key {
    pub(in crate::config) name: &'static str,
    pub(in crate::config) shape: Shape,
    /// What holds without it.
    pub(in crate::config) absent: &'static str,
    pub(in crate::config) about: &'static str,
}

/// What a value looks like.
pub(in crate::config) enum Shape {
    Boolean,
    Choice(&'static [&'static str]),
    Size,
    Text,
    /// One word, or a list of them.
    Words,
}

/// All of them, in the order in which they are explained.
pub(in crate::config) static KEYS: [Key; 17] = [
    key(
        "path",
        Shape::Text,
        "required",
        "The path. `{name}` and `*` stand for one segment or a part of one, `**` for any number of \
         segments.",
    ),
    key("methods", Shape::Words, "all", "The methods, compared exactly: `HEAD` is not `GET`."),
    key("host", Shape::Text, "any", "The host, or `*.example` for every host below `example`."),
    key(
        "name",
        Shape::Text,
        "`default`",
        "What the route is called in metrics and logs. Several may have one name.",
    ),
    key(
        "allow",
        Shape::Choice(&["public", "authenticated"]),
        "",
        "`public`: everybody, and no token is looked at. `authenticated`: whoever has a valid token.",
    ),
    key("rule", Shape::Text, "", "The name of the rule that decides."),
    key("check", Shape::Text, "", "A rule, written here in place of the name of one."),
    key(
        "scope",
        Shape::Words,
        "all",
        "The scopes of tokens that the route is for: `project`, `domain`, `system`, `unscoped`.",
    ),
    key(
        "invalid",
        Shape::Choice(&["pass", "refuse"]),
        "`auth.delay_decision`",
        "What becomes of a request without a valid token: `pass` lets the service decide.",
    ),
    key(
        "shadow",
        Shape::Boolean,
        "`false`",
        "Only record what would be denied, and let it through.",
    ),
    key("query", Shape::Words, "none", "Query parameters that rules may look at, as `query.NAME`."),
    key("headers", Shape::Words, "none", "Header fields that rules may look at, as `header.name`."),
    key(
        "body",
        Shape::Size,
        "not read",
        "Lets rules look at members of a JSON body up to this size, as `body.NAME`.",
    ),
    key("max_body", Shape::Size, "no limit", "The longest body; a longer one is refused with 413."),
    key(
        "protocols",
        Shape::Words,
        "`policy.protocols`",
        "What may be spoken besides plain requests, which every route takes: `grpc`, `websocket`. \
         `plain` alone says nothing else; beside others it changes nothing.",
    ),
    key(
        "trailers",
        Shape::Words,
        "none",
        "Fields that may come behind a request's body; all others are dropped. Those behind a \
         response always pass.",
    ),
    key(
        "upstream",
        Shape::Text,
        "the section `upstream`",
        "The service behind the route: a name of the section `upstreams`.",
    ),
];

const fn key(name: &'static str, shape: Shape, absent: &'static str, about: &'static str) -> Key {
    Key { name, shape, absent, about }
}
