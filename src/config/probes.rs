//! The one option that holds names and addresses: `telemetry.probes`. In a file it is a mapping; a
//! variable has the same in one text, `NAME=URL,NAME=URL`, with the headers of a request behind a
//! `#` as the fields of a form.

use super::settings::without_user;
use super::yaml::{Content, Entry, Mark, Node};

/// What is wrong with a part of the mapping.
pub(super) struct Mistake {
    pub(super) at: Mark,
    /// The key of the part, within the option.
    pub(super) key: String,
    pub(super) message: String,
}

/// The mapping of a file as one text.
pub(super) fn spelled(entries: &[Entry]) -> Result<String, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let items: Vec<_> = entries.iter().map(|entry| item(entry, &mut mistakes)).collect();
    if mistakes.is_empty() { Ok(items.join(",")) } else { Err(mistakes) }
}

fn item(Entry { key: name, key_at, value }: &Entry, mistakes: &mut Vec<Mistake>) -> String {
    let mut refuse = |at: Mark, key: &str, message: &str| {
        mistakes.push(Mistake { at, key: format!("{name}{key}"), message: message.to_owned() });
    };
    if !is_name(name) {
        refuse(*key_at, "", NOT_A_NAME);
    }
    let mut url = None;
    let mut fields = form_urlencoded::Serializer::new(String::new());
    match &value.content {
        Content::Mapping(members) => {
            for Entry { key, key_at, value } in members {
                match (key.as_str(), value.text(), &value.content) {
                    ("url", Some(text), _) => url = Some(text),
                    ("url", None, _) => refuse(value.at, ".url", "must be a single value"),
                    ("headers", _, Content::Mapping(headers)) => {
                        for Entry { key: header, value, .. } in headers {
                            let Some(values) = texts(value) else {
                                refuse(value.at, &format!(".headers.{header}"), NOT_TEXTS);
                                continue;
                            };
                            for value in values {
                                fields.append_pair(header, value);
                            }
                        }
                    }
                    ("headers", ..) => {
                        refuse(
                            value.at,
                            ".headers",
                            "must hold names and values, as in \"X-A: b\"",
                        );
                    }
                    _ => refuse(*key_at, &format!(".{key}"), "unknown key; write url and headers"),
                }
            }
            if url.is_none() {
                refuse(value.at, "", "has no url");
            }
        }
        Content::Scalar(_) | Content::Sequence(_) => {
            url = value.text();
            if url.is_none() {
                refuse(value.at, "", "must be a URL, or a mapping with url and headers");
            }
        }
    }
    let url = url.unwrap_or_default();
    let (fields, mark) = (fields.finish(), if url.contains('#') { '&' } else { '#' });
    let whole = if fields.is_empty() { url.to_owned() } else { format!("{url}{mark}{fields}") };
    // A comma begins the next one.
    format!("{name}={}", whole.replace(',', "%2C"))
}

fn texts(value: &Node) -> Option<Vec<&str>> {
    match &value.content {
        Content::Sequence(items) => items.iter().map(Node::text).collect(),
        Content::Mapping(_) | Content::Scalar(_) => value.text().map(|text| vec![text]),
    }
}

/// Whether a probe can be called so: it stands in a path, and is most often a container and what of
/// it is asked, as in `app/readiness`.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_part = |part: &str| {
        let ends = part.starts_with('-') || part.ends_with('-');
        !part.is_empty() && !ends && part.chars().all(plain)
    };
    name.split('/').all(is_part)
}

/// The end of a sentence that begins with what is no name.
pub(super) const NOT_A_NAME: &str =
    "is no name of a probe; write small letters, digits and hyphens, as in app/readiness";

const NOT_TEXTS: &str = "must be a value or a list of values";

/// One text as anybody may see it: a header may be a credential.
pub(super) fn shown(text: &str) -> String {
    text.split(',').map(one_shown).collect::<Vec<_>>().join(",")
}

fn one_shown(item: &str) -> String {
    let (address, fields) = item.split_once('#').unwrap_or((item, ""));
    let names = form_urlencoded::parse(fields.as_bytes()).map(|(name, _)| format!("{name}=(set)"));
    let names = names.collect::<Vec<_>>().join("&");
    let mark = if names.is_empty() { "" } else { "#" };
    format!("{}{mark}{names}", without_user(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels_with_slashes_between() {
        for good in ["app", "app/readiness", "a-1/b/c", "9"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "/", "app/", "/app", "a//b", "App", "a_b", "-a", "a-", "a b", "..", "a=b"] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn values_of_headers_are_not_shown() {
        let text = "a=http://h:1/x#Host=b.example&Authorization=CANARY%2C,b=tcp://u:CANARY@h:2";
        let expected = "a=http://h:1/x#Host=(set)&Authorization=(set),b=tcp://...@h:2";
        assert_eq!(shown(text), expected);
    }
}
