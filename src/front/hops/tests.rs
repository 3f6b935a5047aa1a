//! Whom a request comes from, whatever it was that clients have written before their proxy did.

use proptest::prelude::*;

use super::*;

/// 10.0.0.0/8 is ours.
fn is_ours(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(v4) if v4.octets()[0] == 10)
}

/// All that a proxy says in its field, the client first.
fn told(field: &HeaderName, lines: &[&[u8]]) -> Vec<String> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(field, HeaderValue::from_bytes(line).unwrap());
    }
    let hops = Hops::trace(&headers, field, is_ours);
    hops.inwards().map(|hop| hop.address.to_string()).collect()
}

#[test]
fn the_client_is_the_last_hop_that_is_not_trusted_and_nobody_beyond_is_listened_to() {
    for (line, expected) in [
        ("192.0.2.1", &["192.0.2.1"][..]),
        ("203.0.113.9, 192.0.2.1", &["192.0.2.1"]),
        ("203.0.113.9, 192.0.2.1, 10.0.0.2", &["192.0.2.1", "10.0.0.2"]),
        ("203.0.113.9,192.0.2.1 ,10.0.0.2,\t10.0.0.3", &["192.0.2.1", "10.0.0.2", "10.0.0.3"]),
        ("192.0.2.1:5, 10.0.0.2:4660", &["192.0.2.1", "10.0.0.2"]),
        ("[::1]:5", &["::1"]),
        ("[2001:db8::9], 10.0.0.2", &["2001:db8::9", "10.0.0.2"]),
        ("::ffff:192.0.2.1, ::ffff:10.0.0.2", &["192.0.2.1", "10.0.0.2"]),
        // Everybody is trusted: the farthest.
        ("10.0.0.3, 10.0.0.2", &["10.0.0.3", "10.0.0.2"]),
        // Nobody beyond what cannot be read.
        ("203.0.113.9, unknown, 10.0.0.2", &["10.0.0.2"]),
        ("203.0.113.9, nobody", &[]),
        ("203.0.113.9, ", &[]),
        ("\"192.0.2.1\"", &[]),
        ("", &[]),
    ] {
        assert_eq!(told(&FOR, &[line.as_bytes()]), expected, "{line:?}");
    }
    assert_eq!(told(&FOR, &[b"192.0.2.1", b"10.0.0.2"]), ["192.0.2.1", "10.0.0.2"], "one list");
}

#[test]
fn forwarded_is_read_by_its_own_rules() {
    for (line, expected) in [
        ("for=192.0.2.1", &["192.0.2.1"][..]),
        ("For=\"192.0.2.1:5\";proto=http, for=10.0.0.2", &["192.0.2.1", "10.0.0.2"]),
        ("for=\"[2001:db8::9]:4711\"", &["2001:db8::9"]),
        ("by=10.9.9.9;host=\"a,b;for=6.6.6.6\";for=192.0.2.1", &["192.0.2.1"]),
        ("for=6.6.6.6;x=\"\\\"\", for=192.0.2.1", &["192.0.2.1"]),
        ("for=6.6.6.6;x=\", for=192.0.2.1", &[]),
        ("for=6.6.6.6;for=192.0.2.1", &[]),
        ("for=203.0.113.9, for=_hidden", &[]),
        ("for=203.0.113.9, proto=https", &[]),
        ("for=203.0.113.9, for=unknown, for=10.0.0.2", &["10.0.0.2"]),
    ] {
        assert_eq!(told(&header::FORWARDED, &[line.as_bytes()]), expected, "{line:?}");
    }
}

#[test]
fn one_address_said_twice_is_as_good_as_unsaid() {
    assert_eq!(told(&REAL_IP, &[b"192.0.2.1"]), ["192.0.2.1"]);
    assert_eq!(told(&REAL_IP, &[b"203.0.113.6", b"192.0.2.1"]), [""; 0]);
}

#[test]
fn there_are_not_more_proxies_before_us_than_anybody_has() {
    let line = vec!["10.0.0.1"; 4000].join(",");
    assert_eq!(told(&FOR, &[line.as_bytes()]).len(), MOST);
}

/// What a client may put into a field: any bytes, and such as look like something.
fn claim() -> impl Strategy<Value = Vec<u8>> {
    let words: [&[u8]; 9] =
        [b"for=6.6.6.6", b"6.6.6.6", b", ", b";", b"\"", b"\\", b"\xff", b"x=\"", b"10.0.0.9"];
    let words = prop::collection::vec(prop::sample::select(words.to_vec()), 0..12)
        .prop_map(|words| words.concat());
    let bytes = prop::collection::vec(prop_oneof![0x20..0x7f_u8, 0x80..=0xff_u8], 0..40);
    prop_oneof![words, bytes]
}

proptest! {
    #[test]
    fn c19_a_client_cannot_hide_behind_what_it_writes_before_its_proxy(claim in claim(), apart: bool) {
        for (field, own, quoted) in [
            (FOR, &b"192.0.2.1"[..], false),
            (header::FORWARDED, b"for=192.0.2.1;host=\"a\"", true),
        ] {
            let joined = [&claim[..], b", ", own].concat();
            let lines: &[&[u8]] = if apart { &[&claim, own] } else { &[&joined] };
            let found = told(&field, lines);
            let nobody = quoted && found.is_empty();
            prop_assert!(nobody || found == ["192.0.2.1"], "{field}: {found:?}");
        }
    }
}
