//! What the operator decides about logs.

/// How much is logged, and in which form.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The form of a line.
    pub format: Format,
    /// A level (`info`) or a filter in tracing's directive language
    /// (`info,portcullis::keystone=debug`).
    pub level: String,
    /// Which requests leave an access line.
    pub access: Access,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Which requests leave an access line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Every request.
    All,
    /// None.
    Off,
    /// Those that were not forwarded, or failed.
    Refusals,
}
