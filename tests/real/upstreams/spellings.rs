//! Every way to write a protected name that some server may fold into it.

use portcullis::identity::{PREFIXES, TABLE};

/// What besides letters, digits and hyphens a field name may hold.
pub(crate) const MARKS: &str = "!#$%&'*+.^_`|~";

/// The value of every lie, so that one look finds it wherever it went.
pub(crate) const LIE: &str = "EVIL";

/// Every name of the program's table, and one of each family.
pub(crate) fn protected() -> Vec<String> {
    let families = PREFIXES.iter().map(|prefix| format!("{prefix}made-up"));
    TABLE.iter().map(|row| row.name.as_str().to_owned()).chain(families).collect()
}

/// The protected names that are not a token to be judged, which would be refused.
pub(crate) fn claims() -> Vec<String> {
    // The second is one where there is no other.
    let judged =
        |name: &String| matches!(&name[..], "x-auth-token" | "x-storage-token" | "x-service-token");
    protected().into_iter().filter(|name| !judged(name)).collect()
}

/// All spellings of all protected names, but for those of a token that count.
pub(crate) fn spellings() -> Vec<String> {
    let disguised = protected().into_iter().flat_map(|name| disguises(&name));
    let cased =
        claims().into_iter().flat_map(|name| [alternating(&name), name.to_uppercase(), name]);
    cased.chain(disguised).collect()
}

/// `X{mark}Project{mark}Id`, whose folding is looked for.
pub(crate) fn project_id(mark: char) -> String {
    format!("X{mark}Project{mark}Id")
}

/// With each mark for every hyphen, for the first and for the last.
fn disguises(name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for mark in MARKS.chars().map(String::from) {
        all.push(name.replace('-', &mark));
        all.push(name.replacen('-', &mark, 1).to_uppercase());
        if let Some((start, end)) = name.rsplit_once('-') {
            all.push(format!("{start}{mark}{end}"));
        }
    }
    // A name without a hyphen has no disguise.
    all.retain(|spelling| !spelling.eq_ignore_ascii_case(name));
    all
}

fn alternating(name: &str) -> String {
    let case = |(at, c): (usize, char)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c };
    name.chars().enumerate().map(case).collect()
}
