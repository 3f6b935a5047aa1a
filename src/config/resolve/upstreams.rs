//! The named upstreams: each has the keys of the section `upstream`, and is read as that is.

use super::peer;
use super::reader::Reader;
use crate::config::errors::Problems;
use crate::config::layers::Layers;
use crate::config::origin::Origin;
use crate::config::routes::Written;
use crate::config::settings;
use crate::config::yaml::{Content, Entry, Node};
use crate::server::Listener;
use crate::upstream::Settings;

/// All of them, by name.
pub(super) fn named(
    reader: &mut Reader<'_>,
    written: &Written,
    listeners: &[Listener],
) -> Vec<(String, Settings)> {
    let mut problems = Problems::default();
    let mut all = Vec::new();
    for (file, entry) in written.upstreams(&mut problems) {
        let origin = Origin::WholeFile(file.clone());
        if entry.key == "default" {
            let message = "is the name of the section upstream; choose another";
            problems.add(&origin, "upstreams.default", message);
        }
        let section =
            Entry { key: "upstream".into(), key_at: entry.key_at, value: entry.value.clone() };
        let root = Node { at: entry.key_at, content: Content::Mapping(vec![section]) };
        let mut layers = Layers::default();
        let mut own = Problems::default();
        layers.add_file(file, root, &mut own);
        let mut warnings = Vec::new();
        let environment = reader.environment();
        let settings = settings::read(&layers, environment, &origin, &mut own, &mut warnings);
        let mut its = Reader::new(&settings, environment, &mut own, warnings);
        let upstream = peer::upstream(&mut its, listeners);
        reader.warnings.append(&mut its.warnings);
        let called = |key: &str, _: &Origin| {
            format!("upstreams.{}.{}", entry.key, key.strip_prefix("upstream.").unwrap_or(key))
        };
        problems.adopt_as(own, called);
        all.extend(upstream.map(|upstream| (entry.key.clone(), upstream)));
    }
    reader.adopt(problems);
    all
}
