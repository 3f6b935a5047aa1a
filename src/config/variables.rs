//! Keys and values as variables, for whoever writes the environment of another process.

use super::ConfigErrors;
use super::errors::Problems;
use super::layers::Layers;
use super::options::{self, Field, Target, Via};
use super::origin::Origin;
use super::value::{self, Value};
use super::{resolve, settings};

/// The variables that set these keys, in the same order.
///
/// # Errors
/// A key that does not exist, a value that it cannot have, or a secret, which would lie open where
/// variables are written down.
pub fn variables(set: &[(String, String)]) -> Result<Vec<(String, String)>, ConfigErrors> {
    let mut problems = Problems::default();
    Layers::default().add_flags(set, &mut problems);
    let mut variables = Vec::new();
    for (key, text) in set {
        let Some(Target { field, via }) = options::find(key) else { continue };
        if via == Via::File {
            variables.push((options::variable(&format!("{}_file", field.key)), text.clone()));
            continue;
        }
        if field.is_secret() {
            let message = format!(
                "a secret would lie open there; set {}_file to a file that only the process reads",
                field.key
            );
            problems.add(&Origin::Flag, field.key, message);
        } else if let Err(message) = read(field, text) {
            let message = settings::quote(field, text, &message);
            problems.add(&Origin::Flag, field.key, message);
        }
        variables.push((options::variable(field.key), text.clone()));
    }
    if problems.is_empty() { Ok(variables) } else { Err(problems.into_errors()) }
}

/// Whether the program would take it, seen without the rest of its configuration.
fn read(field: &Field, text: &str) -> Result<(), String> {
    match value::read(field, text)? {
        Value::Address(admin) if field.key == "admin.listen" => {
            resolve::open(admin).map_or(Ok(()), |message| Err(message.to_owned()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &str, value: &str) -> Result<Vec<(String, String)>, String> {
        variables(&[(key.to_owned(), value.to_owned())]).map_err(|errors| errors.to_string())
    }

    #[test]
    fn keys_become_variables() {
        let one = |name: &str, value: &str| Ok(vec![(name.to_owned(), value.to_owned())]);
        assert_eq!(of("cache.ttl", "60s"), one("PORTCULLIS_CACHE__TTL", "60s"));
        assert_eq!(of("admin", "off"), one("PORTCULLIS_ADMIN__LISTEN", "off"));
        assert_eq!(of("listen", "[::]:80"), one("PORTCULLIS_LISTEN", "[::]:80"));
        let file = "/var/run/secrets/portcullis/password";
        let variable = "PORTCULLIS_KEYSTONE__PASSWORD_FILE";
        assert_eq!(of("keystone.password_file", file), one(variable, file));
    }

    #[test]
    fn what_the_program_would_refuse_is_refused_here() {
        for (key, value, why) in [
            ("cache.tll", "60s", "did you mean ttl?"),
            ("cache.ttl", "soon", "soon"),
            ("keystone.password", "CANARY", "keystone.password_file"),
            ("admin.listen", "[::]:9181", "asks nobody who they are"),
            ("admin", "0.0.0.0:9181", "asks nobody who they are"),
        ] {
            let said = of(key, value).unwrap_err();
            assert!(said.contains(why) && !said.contains("CANARY"), "{said}");
        }
    }
}
