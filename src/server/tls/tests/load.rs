//! What is wrong with files, and what is odd about them.

use rcgen::PKCS_RSA_SHA256;

use super::*;

fn problems(settings: &Settings) -> Vec<Unusable> {
    Tls::load(settings, JUNE_2020).unwrap_err()
}

fn warnings(files: &[CertificateFiles], now: i64) -> Vec<String> {
    Tls::load(&showing(files), now).unwrap().warnings().to_vec()
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_file_and_remedy() {
    let (scratch, authority) = (Scratch::new(), Authority::new("a"));
    let [one, two] = [(); 2].map(|()| authority.sign_for(&["localhost"]));
    let good = one.files(&scratch, "good.pem").certificate;
    let key = scratch.write("key.pem", &two.key.serialize_pem());
    let certificate = scratch.write("certificate.pem", &one.certificate.pem());
    let text = scratch.write("text.pem", "nothing of the sort");
    let nonsense = "-----BEGIN CERTIFICATE-----\nTm8gY2VydGlmaWNhdGUu\n-----END CERTIFICATE-----\n";
    let nonsense = scratch.write("nonsense.pem", nonsense);
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nTm8ga2V5Lg==\n\
                  -----END ENCRYPTED PRIVATE KEY-----\n";
    let locked = scratch.write("locked.pem", locked);
    let missing = scratch.0.join("missing.pem");
    let table: [(&Path, &Path, &str, &str); 7] = [
        (&missing, &key, "certificate", "cannot read"),
        (&text, &key, "certificate", "holds no PEM certificate"),
        (&nonsense, &key, "certificate", "no X.509 certificate"),
        (&certificate, &missing, "key", "cannot read"),
        (&certificate, &certificate, "key", "holds no PEM key"),
        (&certificate, &locked, "key", "openssl pkey -in"),
        (&certificate, &key, "key", "is not that of the first certificate"),
    ];
    let files = table.iter().map(|(certificate, key, ..)| CertificateFiles {
        certificate: certificate.to_path_buf(),
        key: key.to_path_buf(),
    });
    let mut settings = showing(&files.collect::<Vec<_>>());
    settings.clients = Clients::Required(Authorities {
        ca_files: vec![missing.clone(), text.clone(), good],
        crl_files: vec![missing.clone(), text.clone()],
    });
    let problems = problems(&settings);
    assert_eq!(problems.len(), table.len() + 4, "{problems:#?}");
    for ((certificate, key, kind, says), problem) in table.iter().zip(&problems) {
        let (file, right) = match problem {
            Unusable::Certificate(_) => (certificate, *kind == "certificate"),
            Unusable::Key(_) => (key, *kind == "key"),
            _ => (certificate, false),
        };
        let told = problem.to_string();
        assert!(right && told.contains(says), "{told}");
        assert!(told.contains(&file.display().to_string()), "{told}");
    }
    let rest = &problems[table.len()..];
    assert!(
        matches!(rest[0], Unusable::Authority(_)) && matches!(rest[3], Unusable::Revocations(_))
    );
}

#[test]
fn without_certificates_or_authorities_there_is_no_tls() {
    let mut settings = showing(&[]);
    assert!(matches!(problems(&settings)[..], [Unusable::Certificate(_)]));
    settings.clients = Clients::Required(Authorities::default());
    assert!(matches!(problems(&settings)[..], [Unusable::Certificate(_), Unusable::Authority(_)]));
}

#[test]
fn no_error_quotes_a_key() {
    let (scratch, authority) = (Scratch::new(), Authority::new("a"));
    let own = authority.sign_for(&["localhost"]);
    let certificate = scratch.write("certificate.pem", &own.certificate.pem());
    let whole = own.key.serialize_pem();
    let one_line = whole.replace(['\n', '\r'], "");
    let secret: String = whole.lines().nth(1).unwrap().chars().take(24).collect();
    let numbers: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
    let cut = whole.replace("-----END", "");
    let odd = whole.replacen("KEY-----\n", "KEY-----\n!", 1);
    let begun = whole.replace("-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY");
    for text in [&one_line, &cut, &odd, &begun] {
        let key = scratch.write("key.pem", text);
        let files = CertificateFiles { certificate: certificate.clone(), key };
        for problem in problems(&showing(&[files])) {
            let told = format!("{problem} {problem:?}");
            assert!(matches!(problem, Unusable::Key(_)), "{told}");
            assert!(!told.contains(&secret) && !told.contains(&numbers.join(", ")), "{told}");
        }
    }
}

#[test]
fn dates_that_trouble_clients_are_warned_about() {
    let (scratch, authority) = (Scratch::new(), Authority::new("a"));
    let mut params = named("server", &["localhost"]);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2021, 1, 1);
    let files = [authority.sign(&params).files(&scratch, "year.pem")];
    let (begin, end, day) = (1_577_836_800, 1_609_459_200, 86_400);
    for (now, says) in
        [(begin - 1, "is not valid before"), (end + 1, "renew it"), (end - 13 * day, "ends soon")]
    {
        let told = warnings(&files, now).join("\n");
        assert!(told.contains(says) && told.contains("year.pem"), "{told}");
    }
    for now in [begin, end - 15 * day] {
        assert_eq!(warnings(&files, now), Vec::<String>::new());
    }
    let tls = Tls::load(&showing(&files), begin).unwrap();
    let file = files[0].certificate.clone();
    assert_eq!(tls.certificates(), [Expiry { file, not_after: end }]);
}

#[test]
fn a_certificate_of_three_days_is_not_warned_about_from_its_first_hour() {
    let (scratch, authority) = (Scratch::new(), Authority::new("a"));
    let mut params = named("server", &["localhost"]);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2020, 1, 4);
    let files = [authority.sign(&params).files(&scratch, "days.pem")];
    assert_eq!(warnings(&files, 1_577_836_800 + 3600), Vec::<String>::new());
    assert_eq!(warnings(&files, 1_577_836_800 + 60 * 3600).len(), 1);
}

#[test]
fn what_clients_will_never_be_shown_or_never_accept_is_warned_about() {
    let (scratch, authority) = (Scratch::new(), Authority::new("a"));
    let one = authority.sign_for(&["a.example", "b.example"]).files(&scratch, "one.pem");
    let two = authority.sign_for(&["B.example"]).files(&scratch, "two.pem");
    let told = warnings(&[one.clone(), two], JUNE_2020);
    assert!(told.len() == 1 && told[0].contains("\"b.example\""), "{told:?}");
    assert!(told[0].contains("one.pem") && told[0].contains("two.pem"), "{told:?}");
    let mut params = named("server", &["a.example"]);
    params.subject_alt_names.push(SanType::DnsName("a.example".try_into().unwrap()));
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let certificate = params.signed_by(&key, &authority.0).unwrap();
    let rsa = Signed { certificate, key }.files(&scratch, "rsa.pem");
    assert_eq!(warnings(&[one, rsa], JUNE_2020), Vec::<String>::new(), "another kind of key");
    let nameless = authority.sign_for(&[]).files(&scratch, "nameless.pem");
    assert!(warnings(&[nameless], JUNE_2020)[0].contains("no subject alternative name"));
}

#[test]
fn a_chain_that_does_not_follow_is_warned_about() {
    let (scratch, authority) = (Scratch::new(), Authority::new("a"));
    let own = authority.sign_for(&["localhost"]);
    let pem = |issuer: &Authority| own.certificate.pem() + &issuer.0.pem();
    let key = scratch.write("key.pem", &own.key.serialize_pem());
    for (issuer, count) in [(&authority, 0), (&Authority::new("b"), 1)] {
        let certificate = scratch.write("chain.pem", &pem(issuer));
        let files = CertificateFiles { certificate, key: key.clone() };
        assert_eq!(warnings(&[files], JUNE_2020).len(), count);
    }
}
