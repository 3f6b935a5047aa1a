//! What somebody probably meant.

use super::options;

/// The key that `leaf` in `section` (empty for the top) was probably meant to be, in the shortest
/// form that is clear at that place.
pub(super) fn key(section: &str, leaf: &str) -> Option<String> {
    let keys: Vec<String> = options::keys().collect();
    let split = |key: &str| match key.rsplit_once('.') {
        Some((section, leaf)) => (section.to_owned(), leaf.to_owned()),
        None => (String::new(), key.to_owned()),
    };
    // The right key in the wrong section is surer than any spelling mistake.
    if let Some(key) = keys.iter().find(|key| split(key).1 == leaf && split(key).0 != section) {
        return Some(key.clone());
    }
    let mut here: Vec<String> =
        keys.iter().map(|key| split(key)).filter(|(s, _)| s == section).map(|(_, l)| l).collect();
    if section.is_empty() {
        here.extend(options::SECTIONS.iter().map(|section| section.name.to_owned()));
    }
    if let Some(leaf) = nearest(leaf, here.iter().map(String::as_str)) {
        return Some(leaf.to_owned());
    }
    let elsewhere = keys.iter().find(|key| nearest(leaf, [split(key).1.as_str()]).is_some());
    elsewhere.cloned()
}

/// The word that differs least from `written`, unless all differ so much that it would be a guess.
pub(super) fn nearest<'a>(
    written: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let lower = written.to_ascii_lowercase();
    words
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&lower, &word.to_ascii_lowercase()), word))
        .filter(|(distance, word)| *distance <= (word.len() / 3).max(1) && *distance < word.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}
