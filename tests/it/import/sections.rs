//! What is made of each section, and that writing it down changes nothing.

use portcullis::config::{self, Authtoken, Environment, Import, Input, Loaded, Sources};
use portcullis::keystone::{Method, Mode};
use rcgen::CertifiedKey;

use super::folder;
use crate::support::Scratch;

/// The files, the section in each, and whether all of it can be honoured.
const FILES: &[(&str, &str, bool)] = &[
    ("barbican", SECTION, true),
    ("cinder", SECTION, true),
    ("designate", SECTION, false),
    ("glance", SECTION, true),
    ("heat", SECTION, true),
    ("ironic", SECTION, true),
    ("magnum", SECTION, true),
    ("manila", SECTION, true),
    ("mistral", SECTION, false),
    ("neutron", SECTION, true),
    ("nova", SECTION, true),
    ("octavia", SECTION, true),
    ("placement", SECTION, false),
    ("swift", "filter:authtoken", true),
];

const SECTION: &str = "keystone_authtoken";

#[test]
fn what_is_made_of_each_section_is_what_was_kept() {
    let mut changed = Vec::new();
    for (name, section, honoured) in FILES {
        let environment = Environment { directory: folder(), ..Environment::default() };
        let file = Input::Path(format!("{name}.conf").into());
        let source = Authtoken { file, section: (*section).to_owned() };
        let Import { text, refused } = config::import(&source, None, &environment).unwrap();
        assert_eq!(refused.is_none(), *honoured, "{name}");
        let said = refused.map_or_else(String::new, |refused| format!("{refused}\n"));
        for (kept, now) in [(format!("{name}.yaml"), text), (format!("{name}.refused"), said)] {
            let path = folder().join(&kept);
            if std::env::var_os("PORTCULLIS_REWRITE").is_some() && !now.is_empty() {
                std::fs::write(&path, &now).unwrap();
            }
            if std::fs::read_to_string(&path).unwrap_or_default() != now {
                changed.push(kept);
            }
        }
    }
    let remedy = "run this test with PORTCULLIS_REWRITE=1 and see what git says";
    assert!(changed.is_empty(), "{changed:?}: {remedy}");
}

#[test]
fn every_file_is_in_the_list() {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.filter(|path| path.extension().is_some_and(|end| end == "conf")).count();
    assert_eq!(found, FILES.len());
}

#[test]
fn the_file_that_is_written_has_the_effect_of_the_section() {
    for (name, section, _) in FILES.iter().filter(|(.., honoured)| *honoured) {
        let desk = Desk::new(name, section);
        let source = desk.source();
        let there = config::load(&Sources {
            authtoken: Some(source.clone()),
            overrides: vec![("upstream.url".to_owned(), UPSTREAM.to_owned())],
            ..Sources::default()
        });
        let there = there.unwrap_or_else(|errors| panic!("{name}: {errors}"));
        let Import { text, .. } =
            config::import(&source, Some(UPSTREAM), &Environment::default()).unwrap();
        let text = desk.with_secret(&text, &secret(&there));
        let file = Some(Input::Text { name: "portcullis.yaml".to_owned(), text });
        let here = config::load(&Sources { file, ..Sources::default() });
        let here = here.unwrap_or_else(|errors| panic!("{name}: {errors}"));
        assert_eq!(secret(&here), secret(&there), "{name}");
        assert_eq!(shown(here), shown(there), "{name}");
    }
}

#[test]
fn no_secret_is_written_down() {
    for (name, section, _) in FILES {
        let desk = Desk::new(name, section);
        let Import { text, refused } =
            config::import(&desk.source(), None, &Environment::default()).unwrap();
        let said = format!("{text}{}", refused.map_or_else(String::new, |r| r.to_string()));
        let values = desk.text.lines().filter_map(|line| line.split_once('='));
        for (option, value) in values {
            let (option, value) = (option.trim(), value.trim().trim_matches(['"', '\'']));
            let is_secret = option.ends_with("password") || option.contains("secret_key");
            // A word that is also a name would be found as one.
            if (is_secret || option.ends_with("_secret")) && !["placement", "dns"].contains(&value)
            {
                assert!(!said.contains(value), "{name}: {option}\n{said}");
            }
        }
        assert!(!said.contains("hunter2"), "{said}");
    }
}

const UPSTREAM: &str = "http://127.0.0.1:9";

/// All of a configuration but its secrets and warnings: the secret of one is in an INI file, beside
/// options that nobody knows.
fn shown(Loaded { mut config, .. }: Loaded) -> String {
    config.warnings.clear();
    format!("{config:?}")
}

/// The secret of the account.
fn secret(Loaded { config, .. }: &Loaded) -> String {
    let Mode::Service(credentials) = &config.keystone.mode else { panic!("no account") };
    let (Method::Password { password: secret, .. } | Method::ApplicationCredential { secret, .. }) =
        &credentials.method;
    secret.expose().to_owned()
}

/// A section, and the files that it names.
struct Desk {
    scratch: Scratch,
    section: String,
    text: String,
}

impl Desk {
    fn new(name: &str, section: &str) -> Self {
        let scratch = Scratch::new();
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let certificate = scratch.write("cert.pem", &cert.pem()).display().to_string();
        let key = scratch.write("key.pem", &signing_key.serialize_pem()).display().to_string();
        let text = std::fs::read_to_string(folder().join(format!("{name}.conf"))).unwrap();
        let line = |line: &str| match line.split_once(" = ") {
            Some((option @ ("cafile" | "certfile"), _)) => format!("{option} = {certificate}"),
            Some((option @ "keyfile", _)) => format!("{option} = {key}"),
            _ => line.to_owned(),
        };
        let text = text.lines().map(line).collect::<Vec<_>>().join("\n");
        Self { scratch, section: section.to_owned(), text }
    }

    fn source(&self) -> Authtoken {
        let file = Input::Text { name: "service.conf".to_owned(), text: self.text.clone() };
        Authtoken { file, section: self.section.clone() }
    }

    /// A file that was written, with the secret where it says.
    fn with_secret(&self, text: &str, secret: &str) -> String {
        let path = self.scratch.write("secret", secret).display().to_string();
        let place = |leaf: &str| format!("/etc/portcullis/{leaf}");
        text.replace(&place("password"), &path)
            .replace(&place("application_credential_secret"), &path)
    }
}
