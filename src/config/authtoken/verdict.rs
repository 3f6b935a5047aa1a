//! What becomes of an option.

use std::borrow::Cow;

/// Words for the operator.
pub(super) type Words = Cow<'static, str>;

/// What becomes of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It says the same here.
    Honoured(Vec<Pair>),
    /// It says nearly the same here, or under a name that needs a word of explanation.
    Mapped(Vec<Pair>, Words),
    /// It has no effect, for this reason.
    Ignored(Words),
    /// It cannot be honoured, for this reason, and going on without it would be wrong.
    Refused(Words),
    /// keystonemiddleware does not know it either; perhaps it is another one, misspelled.
    Unknown(Words),
}

/// One of our keys and its value as a file of ours would spell it. It may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// Our key.
    pub(super) key: &'static str,
    /// Its value.
    pub(super) text: String,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pair").field(&self.key).finish()
    }
}

impl Verdict {
    /// Honoured as one key.
    pub(super) fn honoured(key: &'static str, text: impl Into<String>) -> Self {
        Self::Honoured(vec![Pair { key, text: text.into() }])
    }

    /// Mapped to one key, with a note.
    pub(super) fn mapped(
        key: &'static str,
        text: impl Into<String>,
        note: impl Into<Words>,
    ) -> Self {
        Self::Mapped(vec![Pair { key, text: text.into() }], note.into())
    }

    /// Honoured as one key, unless there is a reason why it has no effect.
    pub(super) fn unless(why: Option<Words>, key: &'static str, text: &str) -> Self {
        why.map_or_else(|| Self::honoured(key, text), Self::Ignored)
    }

    /// Our keys and their values.
    pub(super) fn pairs(&self) -> &[Pair] {
        match self {
            Self::Honoured(pairs) | Self::Mapped(pairs, _) => pairs,
            Self::Ignored(_) | Self::Refused(_) | Self::Unknown(_) => &[],
        }
    }

    /// Without effect.
    pub(super) fn ignored(note: impl Into<Words>) -> Self {
        Self::Ignored(note.into())
    }

    /// Refused.
    pub(super) fn refused(reason: impl Into<Words>) -> Self {
        Self::Refused(reason.into())
    }
}
