//! Which fields carry a token.

use http::{HeaderMap, HeaderName};

use crate::admission::Credential;
use crate::identity::RawToken;

const AUTH: HeaderName = HeaderName::from_static("x-auth-token");

const SERVICE: HeaderName = HeaderName::from_static("x-service-token");

/// Swift's and some old clients' name for the same thing.
const STORAGE: HeaderName = HeaderName::from_static("x-storage-token");

/// The user token of a request. `X-Auth-Token` counts by its presence, empty or not, and
/// `X-Storage-Token` only in its absence, as in keystonemiddleware.
pub(super) fn user_token(headers: &HeaderMap) -> Credential<'_> {
    match single(headers, &AUTH) {
        Credential::Absent => single(headers, &STORAGE),
        present => present,
    }
}

/// The token of the service that calls on the user's behalf.
pub(super) fn service_token(headers: &HeaderMap) -> Credential<'_> {
    single(headers, &SERVICE)
}

/// Whether `name` carries a token that was not the one validated: the service must not take it
/// for one that was.
pub(super) fn is_unvalidated(name: &HeaderName, headers: &HeaderMap) -> bool {
    name == STORAGE && headers.contains_key(AUTH)
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Credential<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Credential::Absent,
        (Some(value), None) => Credential::Single(RawToken::new(value.as_bytes())),
        (Some(_), Some(_)) => Credential::Several,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn found(lines: &[(&'static str, &'static str)]) -> String {
        let headers: HeaderMap = lines
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        match user_token(&headers) {
            Credential::Absent => "absent".into(),
            Credential::Several => "several".into(),
            Credential::Single(token) => String::from_utf8(token.as_bytes().to_vec()).unwrap(),
        }
    }

    #[test]
    fn the_auth_token_hides_the_storage_token_even_when_empty() {
        assert_eq!(found(&[("x-auth-token", "a"), ("x-storage-token", "b")]), "a");
        assert_eq!(found(&[("x-auth-token", ""), ("x-storage-token", "b")]), "");
        assert_eq!(found(&[("x-storage-token", "b")]), "b");
        assert_eq!(found(&[]), "absent");
    }

    #[test]
    fn two_fields_of_one_name_are_no_token() {
        assert_eq!(found(&[("x-auth-token", "a"), ("x-auth-token", "b")]), "several");
        assert_eq!(found(&[("x-storage-token", "a"), ("x-storage-token", "a")]), "several");
    }
}
