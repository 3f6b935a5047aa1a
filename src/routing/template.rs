//! Path templates: `/v1/{project_id}/volumes/{id}`, `/v1/AUTH_{project_id}/**`.

use super::path::{EmptySegment, EncodedSlash, PathRules, normal};
use super::percent::escaped;
use super::readings::{key, without_parameters};

/// One segment of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// Any number of segments, none included.
    Rest,
    /// This text, as it stands in a path's [`key`].
    Text(String),
    /// One segment that begins and ends so, with something in between, perhaps by name.
    Variable(Variable),
}

/// A segment of which a part is variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) prefix: String,
    pub(super) name: Option<String>,
    pub(super) suffix: String,
}

impl Variable {
    /// The variable part of `segment`; never empty.
    pub(super) fn part_of<'a>(&self, segment: &'a str) -> Option<&'a str> {
        let rest = segment.strip_prefix(self.prefix.as_str())?;
        rest.strip_suffix(self.suffix.as_str()).filter(|part| !part.is_empty())
    }
}

impl Segment {
    /// Whether this takes one segment of a path.
    pub(super) fn takes(&self, segment: &str) -> bool {
        match self {
            Self::Rest => true,
            Self::Text(text) => text == segment || text == without_parameters(segment),
            Self::Variable(variable) => variable.part_of(segment).is_some(),
        }
    }
}

/// Reads a template.
///
/// # Errors
/// A sentence for the operator, which the template begins.
pub(super) fn parse(template: &str) -> Result<Vec<Segment>, String> {
    let Some(rest) = template.strip_prefix('/') else {
        return Err("must begin with a slash, as in /v1/{project_id}/**".into());
    };
    // `/a/` and `/a` are the same place: see `Table::find`.
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    let segments = rest.split('/').map(segment).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<_> = segments.iter().filter_map(name).collect();
    if let Some((_, twice)) =
        names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|n| n == *name))
    {
        return Err(format!("names {{{twice}}} twice"));
    }
    let wide = segments.iter().filter(|segment| **segment == Segment::Rest).count();
    if wide > 1 {
        return Err("has more than one **; one can be read in one way only".into());
    }
    Ok(segments)
}

/// The name of a segment's variable part.
pub(super) fn name(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Variable(Variable { name: Some(name), .. }) => Some(name),
        _ => None,
    }
}

fn segment(text: &str) -> Result<Segment, String> {
    if text == "**" {
        return Ok(Segment::Rest);
    }
    if text.contains("**") {
        return Err("has ** beside other text; it stands for whole segments".into());
    }
    let (prefix, name, suffix) = match (text.split_once('*'), text.split_once('{')) {
        (None, None) if text.contains('}') => return Err("has a } without its {".into()),
        (None, None) => return literal(text).map(Segment::Text),
        (Some((prefix, suffix)), None) => (prefix, None, suffix),
        (None, Some((prefix, rest))) => {
            let (name, suffix) =
                rest.split_once('}').ok_or_else(|| "has a { without its }".to_owned())?;
            (prefix, Some(variable_name(name)?), suffix)
        }
        (Some(_), Some(_)) => return Err("has two variable parts in one segment".into()),
    };
    if suffix.contains(['*', '{', '}']) || prefix.contains('}') {
        return Err("has two variable parts in one segment".into());
    }
    Ok(Segment::Variable(Variable { prefix: literal(prefix)?, name, suffix: literal(suffix)? }))
}

fn variable_name(name: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(format!("has the name {{{name}}}; write letters, digits and _"));
    }
    Ok(name.to_owned())
}

/// Text as paths are looked up by. People write templates unencoded.
fn literal(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let encoded = format!("/{}", escaped(text, u8::is_ascii_graphic));
    // The operator's own word is taken for encoded slashes; whether a request may have them is
    // decided elsewhere.
    let rules = PathRules { encoded_slash: EncodedSlash::Keep, empty_segment: EmptySegment::Keep };
    let normal = normal(&encoded, rules)
        .map_err(|_| format!("has {text:?}, which no request that is let in can have"))?;
    let key = key(normal.get(1..).unwrap_or_default()).into_owned();
    // Such a path has another reading, which is not this template's.
    match key.find([';', '?', '#']).and_then(|at| key.get(at..=at)) {
        Some(mark) => {
            Err(format!("has {mark:?} in it; a template ends before parameters and queries"))
        }
        None => Ok(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Segment {
        Segment::Text(text.into())
    }

    fn variable(prefix: &str, name: Option<&str>, suffix: &str) -> Segment {
        Segment::Variable(Variable {
            prefix: prefix.into(),
            name: name.map(str::to_owned),
            suffix: suffix.into(),
        })
    }

    #[test]
    fn a_template_is_read_by_segments() {
        assert_eq!(parse("/").unwrap(), []);
        assert_eq!(
            parse("/v1/AUTH_{project_id}/*.json/a b/**").unwrap(),
            [
                text("v1"),
                variable("AUTH_", Some("project_id"), ""),
                variable("", None, ".json"),
                text("a%20b"),
                Segment::Rest
            ]
        );
        assert_eq!(parse("/**/action").unwrap(), [Segment::Rest, text("action")]);
        assert_eq!(parse("/a/").unwrap(), parse("/a").unwrap());
        assert_eq!(parse("/%40a/{b}%3Adelete").unwrap(), parse("/@a/{b}:delete").unwrap());
    }

    #[test]
    fn a_template_that_makes_no_sense_is_refused_with_the_reason() {
        for (template, says) in [
            ("", "begin with a slash"),
            ("v1", "begin with a slash"),
            ("/a**", "whole segments"),
            ("/**/a/**", "more than one **"),
            ("/{a", "without its }"),
            ("/a}", "without its {"),
            ("/{a}{b}", "two variable parts"),
            ("/{a}*", "two variable parts"),
            ("/{}", "letters, digits and _"),
            ("/{a-b}", "letters, digits and _"),
            ("/{a}/{a}", "{a} twice"),
            ("/../a", "no request"),
            ("/%zz", "no request"),
            ("/a;b", "\";\" in it"),
            ("/*%3f", "\"?\" in it"),
            ("/{a}#", "\"#\" in it"),
        ] {
            let error = parse(template).unwrap_err();
            assert!(error.contains(says), "{template}: {error}");
        }
    }

    #[test]
    fn parameters_do_not_make_another_segment_of_a_text() {
        assert!(text("admin").takes("admin;x=y"));
        assert!(!text("admin").takes("administrator"));
        let Segment::Variable(id) = variable("", Some("id"), "") else { panic!("no variable") };
        assert_eq!(id.part_of("5;x"), Some("5;x"), "readings without it are apart");
    }
}
