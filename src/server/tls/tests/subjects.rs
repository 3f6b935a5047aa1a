//! Names of certificates as text that any header can carry.

use http::HeaderValue;
use proptest::prelude::*;
use rcgen::DnValue;
use rcgen::string::{BmpString, PrintableString, TeletexString};

use super::*;

/// How the subject of a certificate with these attributes reads.
fn subject(attributes: Vec<(DnType, DnValue)>) -> String {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    for (kind, value) in attributes {
        params.distinguished_name.push(kind, value);
    }
    let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    subject::text(pair::parse(certificate.der()).ok().unwrap().subject())
}

fn utf8(text: &str) -> DnValue {
    DnValue::Utf8String(text.to_owned())
}

#[test]
fn a_subject_is_written_as_rfc_4514_has_it() {
    let written = subject(vec![
        (DnType::CountryName, DnValue::PrintableString(PrintableString::try_from("DE").unwrap())),
        (DnType::OrganizationName, utf8("Sue, Grabbit and Runn")),
        (DnType::OrganizationalUnitName, utf8("R&D")),
        (DnType::CommonName, utf8("robot-7")),
    ]);
    assert_eq!(written, "CN=robot-7,OU=R&D,O=Sue\\, Grabbit and Runn,C=DE");
    assert_eq!(subject(vec![]), "");
}

#[test]
fn what_could_mean_something_is_escaped() {
    for (text, expected) in [
        (" two  blanks ", "\\20two  blanks\\20"),
        ("#1", "\\#1"),
        ("a#1", "a#1"),
        ("x\"+;<>\\y", "x\\\"\\+\\;\\<\\>\\\\y"),
        ("Jörg", "J\\C3\\B6rg"),
        ("a\r\nX-Roles: admin", "a\\0D\\0AX-Roles: admin"),
        ("a\0b\x7f", "a\\00b\\7F"),
        ("robot,O=Admins", "robot\\,O=Admins"),
        ("robot+UID=0", "robot\\+UID=0"),
        ("\u{202e}nimda", "\\E2\\80\\AEnimda"),
        (" ", "\\20"),
        ("", ""),
    ] {
        let written = subject(vec![(DnType::CommonName, utf8(text))]);
        assert_eq!(written, format!("CN={expected}"), "{text:?}");
    }
}

#[test]
fn what_has_no_name_or_is_no_text_is_written_as_numbers() {
    let unknown = DnType::CustomDnType(vec![1, 2, 3, 4]);
    assert_eq!(subject(vec![(unknown, utf8("Hi"))]), "1.2.3.4=#0C024869");
    let teletex = DnValue::TeletexString(TeletexString::try_from("Hi").unwrap());
    assert_eq!(subject(vec![(DnType::CommonName, teletex)]), "CN=#14024869");
    let bmp = DnValue::BmpString(BmpString::try_from("Hi\u{f6}").unwrap());
    assert_eq!(subject(vec![(DnType::CommonName, bmp)]), "CN=Hi\\C3\\B6");
}

/// The attributes that a text names, as a reader of RFC 4514 would find them.
fn decode(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut attributes = vec![(String::new(), Vec::new())];
    let mut in_value = false;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let (kind, value) = attributes.last_mut().unwrap();
        match (bytes[at], in_value) {
            (b'\\', true) => {
                let pair = text.get(at + 1..at + 3);
                let pair = pair.filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let byte = pair.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                value.push(byte.unwrap_or(bytes[at + 1]));
                at += if byte.is_some() { 2 } else { 1 };
            }
            (b',' | b'+', true) => {
                attributes.push((String::new(), Vec::new()));
                in_value = false;
            }
            (b'=', false) => in_value = true,
            (byte, true) => value.push(byte),
            (byte, false) => kind.push(byte.into()),
        }
        at += 1;
    }
    attributes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_subject_breaks_out_of_a_header_nor_says_what_the_certificate_does_not(
        organization in any::<String>(),
        name in any::<String>(),
    ) {
        let written = subject(vec![
            (DnType::OrganizationName, utf8(&organization)),
            (DnType::CommonName, utf8(&name)),
        ]);
        prop_assert!(written.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", written);
        prop_assert!(HeaderValue::from_str(&written).is_ok());
        prop_assert_eq!(written.trim(), written.as_str());
        let expected =
            vec![("CN".into(), name.into_bytes()), ("O".into(), organization.into_bytes())];
        prop_assert_eq!(decode(&written), expected);
    }
}
