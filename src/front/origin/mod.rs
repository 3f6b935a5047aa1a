//! Who the request came from, as the service is told.
//!
//! A client's own word about that is believed from nobody but trusted proxies: whatever it says
//! about earlier hops is removed and replaced by what the socket says.

use std::net::IpAddr;

use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::hops::{FOR, REAL_IP};
use super::peer::{Certificate, Peer};

const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Says where the request came from. The `client`'s own fields about that are not in `headers`.
pub(super) fn set_forwarded(headers: &mut HeaderMap, client: &HeaderMap, peer: &Peer) {
    headers.insert(FOR, peer.value.clone());
    headers.insert(PROTO, HeaderValue::from_static(peer.scheme()));
    if let Some(host) = headers.get(header::HOST).cloned() {
        headers.insert(HOST, host);
    }
    if peer.trusted {
        pass_on(headers, client, peer);
    }
}

/// Says which certificate the client has shown on this connection.
pub(super) fn set_certificate(headers: &mut HeaderMap, peer: &Peer) {
    if let Some(Certificate { subject, fingerprint }) = &peer.certificate {
        headers.insert(SUBJECT, subject.clone());
        headers.insert(FINGERPRINT, fingerprint.clone());
    }
}

const SUBJECT: HeaderName = HeaderName::from_static("x-client-certificate-subject");
const FINGERPRINT: HeaderName = HeaderName::from_static("x-client-certificate-fingerprint");

/// What a trusted proxy says of earlier hops. A field that it says twice, or that does not look like
/// what it should be, is as good as unsaid.
fn pass_on(headers: &mut HeaderMap, client: &HeaderMap, peer: &Peer) {
    name_the_client(headers, client, peer);
    let scheme = |text: &str| matches!(text, "http" | "https" | "ws" | "wss");
    let host = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        text.bytes().all(plain) && text.parse::<Authority>().is_ok()
    };
    let port =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok();
    let looks: [(_, Looks<'_>); 3] = [(PROTO, &scheme), (HOST, &host), (PORT, &port)];
    for (name, looks_right) in looks {
        let mut said = client.get_all(&name).iter();
        if let (Some(value), None) = (said.next(), said.next())
            && value.to_str().is_ok_and(looks_right)
        {
            headers.insert(name, value.clone());
        }
    }
}

/// Says who the client is, in each field in which the proxy did: whichever of them a service reads,
/// it finds the same one. Only what proxies vouch for is written, the client first: what it has
/// written itself before that would be taken for the client by a service that reads from there.
fn name_the_client(headers: &mut HeaderMap, client: &HeaderMap, peer: &Peer) {
    let hops = peer.hops(client);
    if hops.is_empty() {
        return;
    }
    let mut set = |name: HeaderName, list: Vec<Vec<u8>>| {
        if let Ok(value) = HeaderValue::from_bytes(&list.join(&b", "[..])) {
            headers.insert(name, value);
        }
    };
    let own = peer.address.map(|_| peer.value.as_bytes().to_vec());
    // RFC 7239's word; the last proxy's address would make it the client, and one of the house.
    let unknown = hops.is_lost().then(|| b"unknown".to_vec());
    let known = hops.inwards().map(|hop| hop.address.to_string().into_bytes());
    set(FOR, unknown.into_iter().chain(known).chain(own).collect());
    let address = hops.last().filter(|_| !hops.is_lost());
    if let (Some(address), true) = (address, client.contains_key(&REAL_IP)) {
        set(REAL_IP, vec![address.to_string().into_bytes()]);
    }
    if client.contains_key(header::FORWARDED) {
        let as_written = peer.names_in(&header::FORWARDED);
        let unknown = hops.is_lost().then(|| b"for=unknown".to_vec());
        let mut elements: Vec<_> = unknown.into_iter().collect();
        elements.extend(hops.inwards().map(|hop| {
            let as_it_is = as_written && hop.has_plain_parts();
            if as_it_is { hop.element.to_vec() } else { node(hop.address).into_bytes() }
        }));
        elements.push(own_element(headers, peer).into_bytes());
        if let Ok(value) = HeaderValue::from_bytes(&elements.join(&b", "[..])) {
            headers.insert(header::FORWARDED, value);
        }
    }
}

/// Whether a text looks like what it should be.
type Looks<'a> = &'a dyn Fn(&str) -> bool;

/// Our own hop, in the words of RFC 7239.
fn own_element(headers: &HeaderMap, peer: &Peer) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let from = peer.address.map_or_else(|| "for=unknown".to_owned(), node);
    format!("{from};host=\"{host}\";proto={}", peer.scheme())
}

fn node(address: IpAddr) -> String {
    match address {
        IpAddr::V6(address) => format!("for=\"[{address}]\""),
        IpAddr::V4(address) => format!("for={address}"),
    }
}

#[cfg(test)]
mod tests;
