//! Listeners that have a name, each with keys of its own.

use super::listener;
use crate::config::errors::Problems;
use crate::config::layers::Layers;
use crate::config::origin::Origin;
use crate::config::resolve::reader::Reader;
use crate::config::routes::Written;
use crate::config::settings;
use crate::config::yaml::{Content, Entry, Node, Scalar};
use crate::server::Listener;

/// More places, by name: each says where it is, and of the sections about listeners what is
/// different there.
pub(super) fn named(reader: &mut Reader<'_>, layers: &Layers, written: &Written) -> Vec<Listener> {
    let mut problems = Problems::default();
    let mut all = Vec::new();
    for (file, entry) in written.listeners(&mut problems) {
        let origin = Origin::WholeFile(file.clone());
        let name = entry.key.as_str();
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if name == "public" || name.is_empty() || !name.chars().all(plain) {
            let message =
                "is a label of metrics; write letters, digits and _-., but not \"public\"";
            problems.add(&origin, &format!("listeners.{name}"), message);
        }
        let mut own_layers = layers.only(&OF_A_LISTENER);
        let mut own = Problems::default();
        own_layers.add_file(file, as_sections(entry), &mut own);
        if own_layers.get("listen").is_none() {
            let message = "does not say where: add listen, as in \"listen: 0.0.0.0:8443\"";
            problems.add(&origin, &format!("listeners.{name}"), message);
            problems.adopt_as(own, |key, _| own_key(name, key));
            continue;
        }
        let mut warnings = Vec::new();
        let environment = reader.environment();
        let settings = settings::read(&own_layers, environment, &origin, &mut own, &mut warnings);
        let mut its = Reader::new(&settings, environment, &mut own, warnings);
        all.extend(listener(&mut its, name));
        let warnings = std::mem::take(&mut its.warnings);
        reader.warn_once(warnings);
        // What stands in the sections for all listeners has the name that it has there.
        let shared = |key: &str, at: &Origin| layers.get(key).is_some_and(|one| one.origin == *at);
        let called = |key: &str, at: &Origin| {
            if shared(key, at) { key.to_owned() } else { own_key(name, key) }
        };
        problems.adopt_as(own, called);
    }
    reader.adopt(problems);
    all
}

/// What a key is called that a named listener has of its own.
fn own_key(name: &str, key: &str) -> String {
    format!("listeners.{name}.{}", key.strip_prefix("listener.").unwrap_or(key))
}

/// The sections that a listener can have of its own.
const OF_A_LISTENER: [&str; 3] = ["listener", "tls", "http2"];

/// The keys of a named listener, where a file has them: `listen` at its top, the rest below
/// `listener`.
fn as_sections(entry: &Entry) -> Node {
    let at = entry.key_at;
    let top =
        |key: &str, content| Entry { key: key.into(), key_at: at, value: Node { at, content } };
    let mut entries = Vec::new();
    match &entry.value.content {
        Content::Mapping(members) => {
            let (places, mut rest): (Vec<_>, Vec<_>) =
                members.iter().cloned().partition(|member| match member.key.as_str() {
                    "listen" => true,
                    // `tls: off` is about the listener, `tls: {...}` about TLS.
                    "tls" => matches!(member.value.content, Content::Mapping(_)),
                    _ => false,
                });
            // Who writes certificates for a listener wants it to show them, whatever others do.
            if places.iter().any(|member| member.key == "tls") {
                let yes = Scalar { text: "on".to_owned(), plain: true };
                rest.push(top("tls", Content::Scalar(yes)));
            }
            entries.extend(places);
            if !rest.is_empty() {
                entries.push(top("listener", Content::Mapping(rest)));
            }
        }
        // A place by itself.
        place => entries.push(top("listen", place.clone())),
    }
    Node { at, content: Content::Mapping(entries) }
}
