//! Which clients are let in by their certificates.

use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree, NameConstraints};

use super::*;

/// A listener that asks for certificates.
struct Stage {
    scratch: Scratch,
    /// Signs the listener's own.
    servers: Authority,
    settings: Settings,
}

impl Stage {
    fn new(required: bool, authorities: &[&Authority], lists: &[String]) -> Self {
        let (scratch, servers) = (Scratch::new(), Authority::new("servers"));
        let own = servers.sign_for(&["localhost"]).files(&scratch, "own.pem");
        let mut settings = showing(&[own]);
        let pem: String = authorities.iter().map(|authority| authority.0.pem()).collect();
        let ca_files = vec![scratch.write("ca.pem", &pem)];
        let crl_files = match lists {
            [] => Vec::new(),
            lists => vec![scratch.write("crl.pem", &lists.concat())],
        };
        let authorities = Authorities { ca_files, crl_files };
        settings.clients =
            if required { Clients::Required(authorities) } else { Clients::Optional(authorities) };
        Self { scratch, servers, settings }
    }

    /// What comes of a client with that certificate, by both versions of TLS.
    async fn meet(&self, own: Option<&Signed>) -> Result<Facts, Failure> {
        let terminator = terminator(&self.settings);
        let mut results = Vec::new();
        for version in [&TLS12, &TLS13] {
            let client = client_of(&[version], &self.servers, own);
            let (server, _) = shake(&terminator, &Arc::new(client), "localhost").await;
            results.push(server.map(|secured| secured.facts));
        }
        let (last, first) = (results.pop().unwrap(), results.pop().unwrap());
        let client = |facts: &Facts| facts.client.clone();
        assert_eq!(first.as_ref().map(client), last.as_ref().map(client));
        last
    }

    fn warnings(&self) -> Vec<String> {
        Tls::load(&self.settings, JUNE_2020).unwrap().warnings().to_vec()
    }
}

fn numbered(serial: u64) -> CertificateParams {
    let mut params = named("robot", &[]);
    params.serial_number = Some(SerialNumber::from(serial));
    params
}

#[tokio::test]
async fn a_client_is_known_by_its_subject_and_its_fingerprint() {
    let authority = Authority::new("a");
    let own = authority.sign(&numbered(1));
    let facts = Stage::new(true, &[&authority], &[]).meet(Some(&own)).await.unwrap();
    let client = facts.client.unwrap();
    assert_eq!(client.subject, "CN=robot");
    let digest = ::aws_lc_rs::digest::digest(&::aws_lc_rs::digest::SHA256, own.certificate.der());
    let digits: Vec<_> = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(client.fingerprint, digits.concat());
}

#[tokio::test]
async fn who_shows_nothing_is_let_in_only_where_that_is_optional() {
    let authority = Authority::new("a");
    let failure = Stage::new(true, &[&authority], &[]).meet(None).await.unwrap_err();
    assert_eq!(failure, Failure::NoCertificate);
    let facts = Stage::new(false, &[&authority], &[]).meet(None).await.unwrap();
    assert_eq!(facts.client, None);
}

#[tokio::test]
async fn who_is_not_asked_shows_nothing() {
    let authority = Authority::new("a");
    let mut stage = Stage::new(true, &[&authority], &[]);
    stage.settings.clients = Clients::Anonymous;
    let facts = stage.meet(Some(&authority.sign(&numbered(1)))).await.unwrap();
    assert_eq!(facts.client, None);
}

#[tokio::test]
async fn t04_a_bad_certificate_is_refused_also_where_none_would_do() {
    let authority = Authority::new("a");
    let impostor = Authority::new("a");
    let mut ended = numbered(2);
    (ended.not_before, ended.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
    let mut early = numbered(3);
    (early.not_before, early.not_after) = (date_time_ymd(3000, 1, 1), date_time_ymd(3001, 1, 1));
    let mut server = numbered(4);
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let mut ca = numbered(6);
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let bad = [
        ("of nobody", Authority::new("b").sign(&numbered(1))),
        ("of an authority by name alone", impostor.sign(&numbered(1))),
        ("ended", authority.sign(&ended)),
        ("not yet begun", authority.sign(&early)),
        ("for servers", authority.sign(&server)),
        ("of an authority", authority.sign(&ca)),
    ];
    for required in [true, false] {
        let stage = Stage::new(required, &[&authority], &[]);
        stage.meet(Some(&authority.sign(&numbered(1)))).await.unwrap();
        for (what, own) in &bad {
            let met = stage.meet(Some(own)).await;
            assert_eq!(met, Err(Failure::BadCertificate), "{what}, required: {required}");
        }
    }
}

#[tokio::test]
async fn t04_what_was_revoked_is_refused() {
    let [one, two] = ["a", "b"].map(Authority::new);
    let stage = Stage::new(true, &[&one, &two], &[one.revoke(&[7], 3000), two.revoke(&[8], 3000)]);
    assert_eq!(stage.warnings(), Vec::<String>::new());
    for (authority, serial, good) in
        [(&one, 7, false), (&one, 8, true), (&two, 7, true), (&two, 8, false)]
    {
        let met = stage.meet(Some(&authority.sign(&numbered(serial)))).await;
        assert_eq!(met.err(), (!good).then_some(Failure::BadCertificate), "{serial}");
    }
}

#[tokio::test]
async fn t04_who_cannot_be_known_to_be_unrevoked_is_refused() {
    let [one, two] = ["a", "b"].map(Authority::new);
    // The second authority says nothing.
    let stage = Stage::new(false, &[&one, &two], &[one.revoke(&[], 3000)]);
    assert!(stage.meet(Some(&one.sign(&numbered(1)))).await.is_ok());
    let met = stage.meet(Some(&two.sign(&numbered(1)))).await;
    assert_eq!(met, Err(Failure::BadCertificate));
    let told = stage.warnings();
    assert!(told.len() == 1 && told[0].contains("none of CN=b"), "{told:?}");
    // A list that has ended.
    let stage = Stage::new(false, &[&one], &[one.revoke(&[], 2021)]);
    let met = stage.meet(Some(&one.sign(&numbered(1)))).await;
    assert_eq!(met, Err(Failure::BadCertificate));
    let later = 4_000_000_000;
    let told = Tls::load(&stage.settings, later).unwrap().warnings().join("\n");
    assert!(told.contains("ended on") && told.contains("crl.pem"), "{told}");
    // A list by somebody with the authority's name and another key.
    let impostor = Authority::new("a");
    let stage = Stage::new(false, &[&one], &[impostor.revoke(&[], 3000)]);
    let met = stage.meet(Some(&one.sign(&numbered(1)))).await;
    assert_eq!(met, Err(Failure::BadCertificate));
}

#[test]
fn t04_the_first_list_of_a_file_that_ends_is_shown_and_warned_about_in_time() {
    let [one, two] = ["a", "b"].map(Authority::new);
    let lists = [one.revoke(&[], 2030), two.revoke(&[], 2021)];
    let mut stage = Stage::new(true, &[&one, &two], &lists);
    let new_year_2021 = 1_609_459_200;
    let warned = |now| Tls::load(&stage.settings, now).unwrap().warnings().to_vec();
    assert_eq!(warned(new_year_2021 - 15 * 24 * 60 * 60), Vec::<String>::new());
    let told = warned(new_year_2021 - 13 * 24 * 60 * 60);
    assert!(told.len() == 1 && told[0].contains("crl.pem ends soon, on"), "{told:?}");
    let registry = Registry::default();
    let metrics = Metrics::register(&registry).unwrap();
    let load = |settings: &Settings| Tls::load(settings, JUNE_2020).unwrap();
    let terminator = Terminator::new("public", load(&stage.settings), &metrics);
    let gauge = "portcullis_tls_crl_next_update_timestamp_seconds{file=";
    let shown = || {
        let page = registry.encode();
        page.lines().filter(|line| line.starts_with(gauge)).map(str::to_owned).collect::<Vec<_>>()
    };
    let series = shown();
    assert!(series.len() == 1 && series[0].ends_with(" 1609459200"), "{series:?}");
    assert!(series[0].contains("listener=\"public\""), "{series:?}");
    stage.settings.clients = Clients::Anonymous;
    terminator.follow(load(&stage.settings));
    assert_eq!(shown(), Vec::<String>::new(), "there is no list any more");
}

#[test]
fn t04_a_damaged_list_is_an_error_and_no_panic() {
    let authority = Authority::new("a");
    let mut stage = Stage::new(true, &[&authority], &[]);
    let good = authority.revoke(&[7], 3000);
    let der = pem::revocations(&stage.scratch.write("good.pem", &good)).unwrap().remove(0);
    let Clients::Required(authorities) = stage.settings.clients.clone() else { unreachable!() };
    for at in 0..der.len() {
        let mut bytes = der.to_vec();
        bytes.truncate(at);
        let text = as_pem("X509 CRL", &bytes);
        let crl_files = vec![stage.scratch.write("bad.pem", &text)];
        stage.settings.clients =
            Clients::Required(Authorities { crl_files, ..authorities.clone() });
        let problems = Tls::load(&stage.settings, JUNE_2020).unwrap_err();
        assert!(matches!(problems[..], [Unusable::Revocations(_)]), "{at}: {problems:?}");
    }
}

/// Bytes as PEM, four to a line.
fn as_pem(label: &str, bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = format!("-----BEGIN {label}-----\n");
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(*chunk.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let digit = usize::try_from(bits >> (18 - 6 * at) & 63).unwrap();
            text.push(if at > chunk.len() { '=' } else { DIGITS[digit].into() });
        }
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}

#[tokio::test]
async fn t04_an_authority_for_some_names_vouches_for_no_others() {
    let only = |subtree| NameConstraints {
        permitted_subtrees: vec![subtree],
        excluded_subtrees: Vec::new(),
    };
    let dns = Authority::with("dns", |params| {
        params.name_constraints = Some(only(GeneralSubtree::DnsName("good.example".into())));
    });
    let except = Authority::with("except", |params| {
        let secret = GeneralSubtree::DnsName("secret.good.example".into());
        let none = NameConstraints { permitted_subtrees: vec![], excluded_subtrees: vec![secret] };
        params.name_constraints = Some(none);
    });
    let uri = Authority::with("uri", |params| {
        params.custom_extensions = vec![uri_constraint("good.example")];
    });
    let stage = Stage::new(true, &[&dns, &except, &uri], &[]);
    let host = |name: &str| SanType::DnsName(name.try_into().unwrap());
    let address = |text: &str| SanType::URI(text.try_into().unwrap());
    for (authority, name, good) in [
        (&dns, host("a.good.example"), true),
        (&dns, host("good.example.evil.example"), false),
        (&dns, host("evil.example"), false),
        (&dns, host("*.example"), false),
        (&except, host("a.good.example"), true),
        (&except, host("secret.good.example"), false),
        // It would stand for the excluded one, too.
        (&except, host("*.good.example"), false),
        // What cannot be checked is not believed.
        (&uri, address("https://evil.example/robot"), false),
    ] {
        let mut params = numbered(1);
        params.subject_alt_names = vec![name.clone()];
        let met = stage.meet(Some(&authority.sign(&params))).await;
        assert_eq!(met.err(), (!good).then_some(Failure::BadCertificate), "{name:?}");
    }
}

/// Only URIs of that host. The library that makes certificates has no such constraint.
fn uri_constraint(host: &str) -> CustomExtension {
    let wrap = |tag: u8, inner: &[u8]| [&[tag, u8::try_from(inner.len()).unwrap()], inner].concat();
    let subtrees = wrap(0xa0, &wrap(0x30, &wrap(0x86, host.as_bytes())));
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 30], wrap(0x30, &subtrees));
    extension.set_criticality(true);
    extension
}

#[tokio::test]
async fn a_subject_that_fits_no_header_is_refused_rather_than_cut() {
    let authority = Authority::new("a");
    let stage = Stage::new(true, &[&authority], &[]);
    for (length, good) in [(4000, true), (5000, false)] {
        let own = authority.sign(&named(&"x".repeat(length), &[]));
        let met = stage.meet(Some(&own)).await;
        assert_eq!(met.err(), (!good).then_some(Failure::BadCertificate), "{length}");
    }
}
