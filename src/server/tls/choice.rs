//! Which certificate a client is shown.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::pair::Pair;

/// Chooses by the name that a client asks for: one that bears exactly this name, else one with a
/// wildcard in place of its first label, else the first in the list. Of several that fit as well
/// as one another, the first whose kind of key the client knows.
pub(super) struct Choice {
    /// In the order of the settings.
    keys: Vec<Arc<CertifiedKey>>,
    /// Positions in it, by name.
    by_name: HashMap<String, Vec<usize>>,
}

impl Choice {
    /// Notes in `warnings` what would never be shown.
    pub(super) fn new(pairs: Vec<Pair>, warnings: &mut Vec<String>) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, pair) in pairs.iter().enumerate() {
            for name in &pair.names {
                let bearers = by_name.entry(name.clone()).or_default();
                // A key of each kind for the same name is usual; two of one kind are a mistake.
                let kind = pair.key.key.algorithm();
                let mut earlier = bearers.iter().filter_map(|at| pairs.get(*at));
                let twin = earlier.rfind(|other| other.key.key.algorithm() == kind);
                if let Some(twin) = twin.filter(|twin| !std::ptr::eq(*twin, pair)) {
                    let (file, first) = (pair.file.display(), twin.file.display());
                    warnings.push(format!(
                        "{name:?} is named in {first} and again in {file}, which is never shown \
                         for it; keep one of them"
                    ));
                }
                bearers.push(at);
            }
        }
        let keys = pairs.into_iter().map(|pair| pair.key).collect();
        Self { keys, by_name }
    }

    /// The certificates that bear `name`, if any do.
    fn bearers(&self, name: &str) -> Option<&[usize]> {
        let name = name.to_ascii_lowercase();
        let wild = || name.split_once('.').map(|(_, rest)| format!("*.{rest}"));
        let found = self.by_name.get(&name);
        found.or_else(|| self.by_name.get(&wild()?)).map(Vec::as_slice)
    }
}

impl ResolvesServerCert for Choice {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let schemes = hello.signature_schemes();
        let can = |key: &&Arc<CertifiedKey>| key.key.choose_scheme(schemes).is_some();
        // One that the client has no use for is better than none: then the handshake fails for
        // what the two do not have in common, and the client is told so.
        match hello.server_name().and_then(|name| self.bearers(name)) {
            Some(bearers) => {
                let mut bearers = bearers.iter().filter_map(|at| self.keys.get(*at));
                let first = bearers.clone().next();
                bearers.find(can).or(first)
            }
            None => self.keys.iter().find(can).or_else(|| self.keys.first()),
        }
        .cloned()
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.by_name.keys()).finish()
    }
}
