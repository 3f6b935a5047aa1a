//! Which hosts a route is for.

/// A host, or every host below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern {
    /// In lower case, without a port and a trailing dot.
    name: String,
    /// Hosts that end so, with at least one label before it.
    below: bool,
}

impl HostPattern {
    /// Reads `api.example` or `*.example`.
    ///
    /// # Errors
    /// A sentence for the operator, which the text begins.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, below) = match text.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (text, false),
        };
        let name = bare(name).to_ascii_lowercase();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        if name.is_empty() || !name.bytes().all(plain) {
            return Err("is no host; write a name as in api.example, or *.example".into());
        }
        Ok(Self { name, below })
    }

    /// Whether `host`, as it stands in a request, is meant. Case, port and a trailing dot do not
    /// matter.
    pub(super) fn fits(&self, host: &str) -> bool {
        let host = bare(host).as_bytes();
        let Some(rest) = host.len().checked_sub(self.name.len()) else {
            return false;
        };
        let (before, end) = host.split_at(rest);
        end.eq_ignore_ascii_case(self.name.as_bytes())
            && if self.below {
                before.len() > 1 && before.ends_with(b".")
            } else {
                before.is_empty()
            }
    }

    /// Whether every host that `other` means is meant.
    pub(super) fn covers(&self, other: &Self) -> bool {
        if other.below {
            return self.below && (self == other || self.fits(&format!("x.{}", other.name)));
        }
        self.fits(&other.name)
    }

    /// Whether some host is meant by both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

/// A host without its port and its trailing dot.
fn bare(host: &str) -> &str {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !name.ends_with(':') && !port.ends_with(']') => name,
        _ => host,
    };
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_port_and_trailing_dot_do_not_matter() {
        let exact = HostPattern::parse("Api.Example").unwrap();
        for host in ["api.example", "API.example.", "api.example:8774", "api.example.:80"] {
            assert!(exact.fits(host), "{host}");
        }
        for host in ["", "example", "x.api.example", "api.example.org", "xapi.example"] {
            assert!(!exact.fits(host), "{host}");
        }
        assert!(HostPattern::parse("[::1]").unwrap().fits("[::1]:80"));
    }

    #[test]
    fn a_star_stands_for_at_least_one_label() {
        let below = HostPattern::parse("*.example").unwrap();
        assert!(below.fits("a.example") && below.fits("a.b.EXAMPLE:1"));
        assert!(!below.fits("example") && !below.fits(".example") && !below.fits("aexample"));
        assert!(below.covers(&HostPattern::parse("a.example").unwrap()));
        assert!(below.covers(&HostPattern::parse("*.a.example").unwrap()));
        assert!(!HostPattern::parse("*.a.example").unwrap().covers(&below));
        for wrong in ["", "*", "*.", "a b", "a/b"] {
            assert!(HostPattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
