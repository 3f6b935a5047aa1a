//! Whether what the service is told is what Keystone said, and nothing else.

use std::collections::BTreeMap;

use portcullis::identity::{Class, PREFIXES, TABLE};

use super::Request;
use super::people::RESTRICTED;

/// `name: value` lines, sorted.
type Lines = Vec<String>;

/// Knows what is true of each token.
#[derive(Default)]
pub struct Judge {
    users: BTreeMap<Vec<u8>, Lines>,
    services: BTreeMap<Vec<u8>, Lines>,
    open: Option<&'static str>,
}

impl Judge {
    /// One who lets requests of nobody pass, marked as such, where paths begin with `open`.
    pub fn new(open: Option<&'static str>) -> Self {
        Self { open, ..Self::default() }
    }

    /// Takes what an honest request was told for the truth about its tokens.
    pub fn learn(&mut self, request: &Request) {
        if let [token] = request.values("x-auth-token")[..] {
            self.users.insert(token.to_vec(), claims(request, is_users));
        }
        if let [token] = request.values("x-service-token")[..] {
            self.services.insert(token.to_vec(), claims(request, is_services));
        }
    }

    /// # Errors
    /// What the service should never have seen.
    pub fn judge(&self, request: &Request) -> Result<(), String> {
        names(request)?;
        own_word(request)?;
        let mut tokens = request.values("x-auth-token");
        if tokens.is_empty() {
            tokens = request.values("x-storage-token");
        }
        let said = |name| request.values(name).iter().map(|value| text(value)).collect::<Vec<_>>();
        let path = request.target.split('?').next().unwrap_or_default();
        // What a route spells out it means with parameters, too.
        let names = path.split('/').map(|name| name.split(';').next().unwrap_or_default());
        let path = names.collect::<Vec<_>>().join("/") + "/";
        let open = self.open.is_some_and(|open| path.starts_with(open));
        let told = claims(request, is_users);
        match &said("x-identity-status")[..] {
            [status] if status == "Confirmed" => {
                match tokens[..] {
                    [token] if token == RESTRICTED.as_bytes() && !is_permitted(request) => {
                        return Err("an access rule was got round".into());
                    }
                    [token] => {
                        agree(&told, self.users.get(token).ok_or("unknown to Keystone")?)?;
                    }
                    // A client may have its token end at the proxy.
                    [] if self.users.values().any(|known| *known == told) => {}
                    _ => return Err(format!("confirmed {told:?} without a token, or with two")),
                }
            }
            [status] if status == "Invalid" && open => agree(&told, &invalid("identity"))?,
            other => return Err(format!("identity status {other:?}")),
        }
        let told = claims(request, is_services);
        match (&request.values("x-service-token")[..], &said("x-service-identity-status")[..]) {
            (_, []) => agree(&told, &[]),
            ([token], [status]) if status == "Confirmed" => {
                agree(&told, self.services.get(*token).ok_or("a service unknown to Keystone")?)
            }
            ([], [status]) if status == "Confirmed" => {
                let known = self.services.values().any(|known| *known == told);
                if known { Ok(()) } else { Err(format!("{told:?} of no service")) }
            }
            (_, [status]) if status == "Invalid" && open => {
                agree(&told, &invalid("service-identity"))
            }
            (_, other) => Err(format!("service identity status {other:?}")),
        }
    }
}

/// Whether a request is `GET /rules/*` for every server, whether it decodes, once or twice, and
/// whether it cuts parameters off.
fn is_permitted(request: &Request) -> bool {
    let sent = request.target.split('?').next().unwrap_or_default().to_owned();
    let once = decoded(&sent);
    let twice = decoded(&once);
    request.method == "GET"
        && [sent, once, twice].iter().all(|path| {
            let path = path.replace('\\', "/");
            let name = path.strip_prefix("/rules/").unwrap_or_default();
            let bare = name.split([';', '?', '#']).next().unwrap_or_default();
            !matches!(bare, "" | "." | "..") && !bare.contains('/')
        })
}

/// Percent-decoded once; what is no escape stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let escaped = value.filter(|_| *byte == b'%');
        bytes.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Fields that are for the next hop alone, by RFC 9110 and by custom.
const HOP: [&str; 9] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

/// No field that a server could take for a protected one, but for those that are our own word or
/// the client's token.
fn names(request: &Request) -> Result<(), String> {
    for (name, _) in &request.fields {
        let normal: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        // Of two tokens none counts, and the service is told so.
        let is_invalid = |field: &str| request.values(field) == [b"Invalid"];
        let nobody = is_invalid("x-identity-status") || is_invalid("x-service-identity-status");
        let once = request.values(name).len() == 1;
        if HOP.contains(&&normal[..]) {
            return Err(format!("{name} is between the client and the proxy"));
        }
        let row = TABLE.iter().find(|row| row.name.as_str() == normal);
        let plain = normal == name.to_ascii_lowercase();
        match row.map(|row| row.class) {
            _ if !plain => return Err(format!("{name} is odd")),
            Some(Class::Certificate | Class::Foreign) => {
                return Err(format!("{name} is nobody's to send"));
            }
            Some(Class::Credential) if nobody => {}
            Some(_) if once => {}
            Some(_) => return Err(format!("{name} more than once")),
            None if PREFIXES.iter().any(|prefix| normal.starts_with(prefix)) => {
                return Err(format!("{name} is of a protected family"));
            }
            None => {}
        }
    }
    Ok(())
}

/// Where the request came from is what the proxy says, and all that is said of it.
fn own_word(request: &Request) -> Result<(), String> {
    let origin = TABLE.iter().filter(|row| row.class == Class::Origin);
    for row in origin {
        let name = row.name.as_str();
        let values = request.values(name);
        let right = match (name, &values[..]) {
            ("x-forwarded-for", [value]) => *value == b"127.0.0.1",
            ("x-forwarded-proto", [value]) => *value == b"http",
            ("x-forwarded-host", [_]) => values == request.values("host"),
            ("x-openstack-request-id", [value]) => value.len() == 40 && value.starts_with(b"req-"),
            (_, []) => !name.starts_with("x-forwarded-for"),
            (_, _) => false,
        };
        if !right {
            return Err(format!("{name} is the client's word"));
        }
    }
    Ok(())
}

fn claims(request: &Request, of: impl Fn(Class) -> bool) -> Lines {
    let told = TABLE.iter().filter(|row| of(row.class)).flat_map(|row| {
        let values = request.values(row.name.as_str()).into_iter();
        values.map(move |value| format!("{}: {}", row.name, text(value)))
    });
    let mut lines: Lines = told.collect();
    lines.sort();
    lines
}

fn is_users(class: Class) -> bool {
    matches!(class, Class::User(_) | Class::Deprecated(_))
}

fn is_services(class: Class) -> bool {
    matches!(class, Class::Service(_))
}

fn invalid(whose: &str) -> Lines {
    vec![format!("x-{whose}-status: Invalid")]
}

fn agree(told: &[String], known: &[String]) -> Result<(), String> {
    if told == known { Ok(()) } else { Err(format!("told {told:?}, Keystone said {known:?}")) }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
