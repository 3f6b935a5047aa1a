//! The tokens issued, the latest ones only.

use std::collections::{HashMap, VecDeque};

use crate::token::Record;

/// Tokens by their text. Only issued ones are kept, so a flood of unknown ones costs nothing, and
/// when there are too many the oldest are forgotten.
#[derive(Default)]
pub(crate) struct Tokens {
    records: HashMap<String, Record>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Tokens {
    /// Keeps a token.
    pub(crate) fn insert(&mut self, text: String, record: Record) {
        self.bytes += text.len();
        self.order.push_back(text.clone());
        self.records.insert(text, record);
        while self.order.len() > MOST_TOKENS || (self.bytes > MOST_BYTES && self.order.len() > 1) {
            self.forget_oldest();
        }
    }

    /// The text a token is kept under: as presented, or without the padding that Fernet ignores.
    pub(crate) fn spelled<'a>(&self, presented: &'a str) -> Option<&'a str> {
        [presented, presented.trim_end_matches('=')]
            .into_iter()
            .find(|text| self.records.contains_key(*text))
    }

    /// What is known of a token.
    pub(crate) fn find(&self, presented: &str) -> Option<&Record> {
        self.records.get(self.spelled(presented)?)
    }

    /// The same, to be changed.
    pub(crate) fn find_mut(&mut self, presented: &str) -> Option<&mut Record> {
        let text = self.spelled(presented)?;
        self.records.get_mut(text)
    }

    /// All of them, to be changed.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Record> {
        self.records.values_mut()
    }

    fn forget_oldest(&mut self) {
        if let Some(text) = self.order.pop_front() {
            self.bytes -= text.len();
            self.records.remove(&text);
        }
    }
}

const MOST_TOKENS: usize = 1 << 17;
const MOST_BYTES: usize = 128 << 20;

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{MOST_TOKENS, Tokens};
    use crate::token::Record;

    #[test]
    fn the_oldest_tokens_are_forgotten_when_there_are_too_many() {
        let record = Record::new("u", "password", Timestamp::UNIX_EPOCH, std::time::Duration::ZERO);
        let mut tokens = Tokens::default();
        for number in 0..=MOST_TOKENS {
            tokens.insert(number.to_string(), record.clone());
        }
        assert!(tokens.find("0").is_none());
        assert!(tokens.find("1").is_some());
    }
}
