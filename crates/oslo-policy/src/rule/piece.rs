//! Text cut into pieces, the way Python's tokenizer does.
//!
//! Only blanks separate. Parentheses count at the start and at the end of what is between blanks;
//! inside they belong to the check, as in `user_id:%(user_id)s`.

use crate::python::is_space;

/// A piece and where it begins, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed<'a> {
    pub(super) piece: Piece<'a>,
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Piece<'a> {
    And,
    Check(&'a str),
    Close,
    Not,
    Open,
    Or,
    Quoted,
}

/// The pieces of a rule, from left to right.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Placed<'_>> {
    words(text).flat_map(|(at, word)| {
        let checked = word.trim_start_matches('(');
        let opening = word.len() - checked.len();
        let clean = checked.trim_end_matches(')');
        let closing = checked.len() - clean.len();
        let middle = (!clean.is_empty()).then(|| Placed {
            piece: middle(clean, checked),
            text: clean,
            at: at + opening,
        });
        let end = at + opening + clean.len();
        let open =
            (0..opening).map(move |index| Placed { piece: Piece::Open, text: "(", at: at + index });
        let close = (0..closing).map(move |index| Placed {
            piece: Piece::Close,
            text: ")",
            at: end + index,
        });
        open.chain(middle).chain(close)
    })
}

/// `checked` still has the parentheses at its end. Quotes count only without any, which is why
/// `('a':'b')` is a check and `'a':'b'` is not.
fn middle<'a>(clean: &'a str, checked: &str) -> Piece<'a> {
    let quoted =
        |quote: char| checked.len() >= 2 && checked.starts_with(quote) && checked.ends_with(quote);
    if clean.eq_ignore_ascii_case("and") {
        Piece::And
    } else if clean.eq_ignore_ascii_case("or") {
        Piece::Or
    } else if clean.eq_ignore_ascii_case("not") {
        Piece::Not
    } else if quoted('"') || quoted('\'') {
        Piece::Quoted
    } else {
        Piece::Check(clean)
    }
}

/// What is between blanks, and where it begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(is_space).filter_map(move |word| {
        let begins = at;
        let next = begins + word.len();
        let blank = text.get(next..).and_then(|rest| rest.chars().next());
        at = next + blank.map_or(0, char::len_utf8);
        (!word.is_empty()).then_some((begins, word))
    })
}
