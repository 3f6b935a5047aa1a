//! Inputs of several parts, in text, so that seeds can be written and findings be read.

/// The parts of `text`, cut at lines of `===`.
pub fn sections(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n===\n")
}
