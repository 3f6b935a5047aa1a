//! A certificate as an authority would sign it: by an intermediate, for 90 days.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, date_time_ymd,
};

use crate::support::Scratch;

/// The kind of the server's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ecdsa,
    Rsa,
}

/// The files: what the server shows, its key, and what to trust.
pub(super) const CHAIN: &str = "chain.pem";
pub(super) const KEY: &str = "key.pem";
pub(super) const ROOT: &str = "root.pem";

/// Writes them.
#[track_caller]
pub(super) fn write(scratch: &Scratch, kind: Kind) {
    let root_key = KeyPair::generate().unwrap();
    let root = CertifiedIssuer::self_signed(authority("Root"), root_key).unwrap();
    let issuer_key = KeyPair::generate().unwrap();
    let issuer = CertifiedIssuer::signed_by(authority("Intermediate"), issuer_key, &root).unwrap();
    let own_key = match kind {
        Kind::Ecdsa => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        Kind::Rsa => KeyPair::generate_for(&PKCS_RSA_SHA256),
    };
    let own_key = own_key.unwrap();
    let own = server().signed_by(&own_key, &issuer).unwrap();
    scratch.write(CHAIN, &(own.pem() + &issuer.pem()));
    scratch.write(KEY, &own_key.serialize_pem());
    scratch.write(ROOT, &root.pem());
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server() -> CertificateParams {
    let mut params = named("localhost", &["localhost", "127.0.0.1"]);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let [begin, end] = [-1, 89].map(|days| {
        let day = today.checked_add(days.days()).unwrap();
        let part = |part: i8| u8::try_from(part).unwrap();
        date_time_ymd(day.year().into(), part(day.month()), part(day.day()))
    });
    (params.not_before, params.not_after) = (begin, end);
    params
}
