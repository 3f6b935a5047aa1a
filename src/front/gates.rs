//! What a request is asked on its way, each a question by itself. The door and its rehearsal ask the
//! same, so they are written down once.

use std::net::{IpAddr, Ipv6Addr};

use http::request::Parts;
use http::{HeaderMap, HeaderName, Uri, header};

use crate::admission::{Grant, Rejection, Standing};
use crate::policy::{BodyFacts, Forbidden, Policy, Protocol, Way};
use crate::routing::Asked;
use crate::upstream::Asker;

use super::peer::Peer;

/// What routes are found by.
pub(super) fn asked<'a>(client: &'a Parts, target: &'a Uri) -> Asked<'a> {
    let host = client.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    Asked { method: &client.method, host, path: target.path() }
}

/// Whether the route is for requests of that protocol. One that is only watched refuses nothing, and
/// says what it would have.
pub(super) fn may_speak(
    policy: &Policy,
    way: &Way<'_, '_>,
    protocol: Protocol,
) -> Result<Option<Forbidden>, Rejection> {
    if policy.takes(way.route, protocol) {
        Ok(None)
    } else if way.route.shadow {
        Ok(Some(Forbidden::Protocol))
    } else {
        Err(Rejection::Forbidden(Forbidden::Protocol))
    }
}

/// A rule must not see what the service will not, and the service must know what a body is that a rule
/// has seen.
pub(super) fn hides_a_fact(way: &Way<'_, '_>, nominated: &[HeaderName]) -> bool {
    let of_the_body = way.route.body.map_or(&[][..], |_| &OF_A_BODY);
    way.route.headers.iter().chain(of_the_body).any(|name| nominated.contains(name))
}

/// How a body is to be read.
const OF_A_BODY: [HeaderName; 2] = [header::CONTENT_ENCODING, header::CONTENT_TYPE];

/// Whether the route takes no body of the length that was stated.
pub(super) fn is_too_long(way: &Way<'_, '_>, length: Option<u64>) -> bool {
    way.route.max_body.is_some_and(|most| length.is_some_and(|length| length > most))
}

/// Whether the body has to be read for the decision: never for somebody whom no rule will be asked
/// about.
pub(super) fn wanted(way: &Way<'_, '_>, standing: &Standing, empty: bool) -> Option<BodyFacts> {
    way.route.body.filter(|_| standing.caller().is_some() && !empty)
}

/// By whom places at the service are shared out: by users, however many addresses they come from, and
/// by addresses where no token was looked at.
pub(super) fn asker<'a>(grant: &'a Grant, peer: &Peer, headers: &HeaderMap) -> Asker<'a> {
    let address = || peer.client(headers).map(household).map_or(Asker::Nobody, Asker::Address);
    grant.user().map_or_else(address, |user| Asker::User(user.user_id()))
}

/// What one client has at least: of IPv6, a network of 2^64 addresses.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let mask = u128::MAX << 64;
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let of = |text: &str| household(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::2:0:0:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
