//! The parts of the file that are lists of the operator's own making: routes, the rules that they
//! name, services and listeners. Everything else is in the table of options.

mod entry;
mod keys;
mod lists;
mod row;
mod wire;

use std::sync::Arc;

use oslo_policy::PolicyBuilder;

use super::errors::Problems;
use super::origin::Origin;
use super::yaml::{Content, Entry, Mark, Node, json};
use crate::policy::RouteSettings;

pub(super) use keys::{KEYS, Key, Shape};
pub(super) use lists::Lists;
use row::row;

/// What was written of them.
#[derive(Default)]
pub(super) struct Written {
    /// The file's name.
    name: Option<Arc<str>>,
    routes: Option<Node>,
    rules: Option<Node>,
    upstreams: Option<Node>,
    listeners: Option<Node>,
}

impl Written {
    /// Takes routes and rules out of the file, so that what is left is options alone.
    pub(super) fn take_from(name: &Arc<str>, root: &mut Node) -> Self {
        let routes = root.take("routes");
        let rules = root.get_mut("policy").and_then(|policy| policy.take("rules"));
        let upstreams = root.take("upstreams");
        let listeners = root.take("listeners");
        Self { name: Some(Arc::clone(name)), routes, rules, upstreams, listeners }
    }

    /// The rules, added to those from files.
    pub(super) fn rules(&self, builder: PolicyBuilder, problems: &mut Problems) -> PolicyBuilder {
        let Some(rules) = &self.rules else { return builder };
        let mut reader = self.reader(problems);
        let Content::Mapping(entries) = &rules.content else {
            if !rules.is_null() {
                let message = "must hold names and rules, as in \"owner: user_id:%(user_id)s\"";
                reader.refuse(rules.at, "policy.rules", message);
            }
            return builder;
        };
        entries.iter().fold(builder, |builder, entry| {
            if let Some(text) = entry.value.text() {
                return builder.inline(entry.key.clone(), text);
            }
            let message = "must be the text of a rule, as in \"role:member\"";
            reader.refuse(entry.value.at, &format!("policy.rules.{}", entry.key), message);
            builder
        })
    }

    /// The routes, if any were written, and the builder with the checks that stand in them.
    pub(super) fn routes(
        &self,
        builder: PolicyBuilder,
        problems: &mut Problems,
    ) -> (Option<Vec<RouteSettings>>, PolicyBuilder) {
        let Some(routes) = &self.routes else { return (None, builder) };
        let mut reader = self.reader(problems);
        let Content::Sequence(items) = &routes.content else {
            let message = "must be a list, as in \"- {path: /healthz, allow: public}\"";
            reader.refuse(routes.at, "routes", message);
            return (None, builder);
        };
        let mut builder = builder;
        let mut rows = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let (row, changed) = row(at, item, builder, &mut reader);
            builder = changed;
            rows.extend(row);
        }
        (Some(rows), builder)
    }

    /// The file's name, and the named upstreams in it.
    pub(super) fn upstreams(&self, problems: &mut Problems) -> Vec<(&Arc<str>, &Entry)> {
        let example = "images: http://glance:9292";
        self.named("upstreams", self.upstreams.as_ref(), example, problems)
    }

    /// The file's name, and the named listeners in it.
    pub(super) fn listeners(&self, problems: &mut Problems) -> Vec<(&Arc<str>, &Entry)> {
        let example = "internal: unix:/run/portcullis.sock";
        self.named("listeners", self.listeners.as_ref(), example, problems)
    }

    fn named<'a>(
        &'a self,
        key: &str,
        all: Option<&'a Node>,
        example: &str,
        problems: &mut Problems,
    ) -> Vec<(&'a Arc<str>, &'a Entry)> {
        let (Some(name), Some(all)) = (&self.name, all) else {
            return Vec::new();
        };
        match &all.content {
            Content::Mapping(entries) => entries.iter().map(|entry| (name, entry)).collect(),
            _ if all.is_null() => Vec::new(),
            _ => {
                let message = format!("must hold names and addresses, as in \"{example}\"");
                self.reader(problems).refuse(all.at, key, &message);
                Vec::new()
            }
        }
    }

    /// The files that named services and listeners name by one of these keys, at any depth.
    pub(super) fn named_files(&self, keys: &[&str]) -> Vec<String> {
        let mut files = Vec::new();
        let mut nodes: Vec<_> = [&self.upstreams, &self.listeners].into_iter().flatten().collect();
        while let Some(node) = nodes.pop() {
            let Content::Mapping(entries) = &node.content else { continue };
            for Entry { key, value, .. } in entries {
                match &value.content {
                    Content::Sequence(items) if keys.contains(&key.as_str()) => {
                        files.extend(items.iter().filter_map(Node::text).map(str::to_owned));
                    }
                    Content::Scalar(_) if keys.contains(&key.as_str()) => {
                        files.extend(value.text().map(str::to_owned));
                    }
                    _ => nodes.push(value),
                }
            }
        }
        files
    }

    /// The same for people.
    pub(super) fn into_lists(self) -> Lists {
        let origin = self.name.map(|name| name.to_string()).unwrap_or_default();
        Lists {
            routes: self.routes.map(json),
            rules: self.rules.map(json),
            upstreams: self.upstreams.map(json),
            listeners: self.listeners.map(json),
            origin,
        }
    }

    fn reader<'a>(&'a self, problems: &'a mut Problems) -> Reader<'a> {
        Reader { name: self.name.as_ref(), problems }
    }
}

/// Notes what is wrong, with its place.
struct Reader<'a> {
    name: Option<&'a Arc<str>>,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn refuse(&mut self, at: Mark, key: &str, message: &str) {
        let origin = match self.name {
            Some(name) => Origin::File { name: Arc::clone(name), line: at.line, column: at.column },
            None => Origin::Default,
        };
        self.problems.add(&origin, key, message);
    }
}
