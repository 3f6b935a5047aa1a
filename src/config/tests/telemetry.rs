//! Where a probe finds a running process.

use super::{THREE_LINES, file, with_variables};
use crate::config::{Input, Sources, telemetry};

#[test]
fn the_address_is_found_by_default_in_the_file_in_a_variable_and_switched_off() {
    let found = |sources: &Sources| telemetry(sources).unwrap().map(|place| place.to_string());
    assert_eq!(found(&Sources::default()).as_deref(), Some("127.0.0.1:9180"));
    let text = format!("{THREE_LINES}telemetry: \"[::]:1\"\n");
    assert_eq!(found(&file(&text)).as_deref(), Some("[::]:1"));
    let variables = [("PORTCULLIS_TELEMETRY__LISTEN", "0.0.0.0:2")];
    assert_eq!(found(&with_variables(&text, &variables)).as_deref(), Some("0.0.0.0:2"));
    assert_eq!(found(&file("telemetry: {listen: \"off\"}\n")), None);
}

#[test]
fn a_configuration_that_was_spoiled_since_hides_nothing() {
    let spoiled = "telemetry: 127.0.0.1:1\nupstrem: http://127.0.0.1:9000\ncache: {ttl: 5}\n";
    assert_eq!(telemetry(&file(spoiled)).unwrap().unwrap().port(), 1);
    let unknown = [("PORTCULLIS_NONSENSE", "1"), ("PORTCULLIS_TELEMETRY__LISTEN", "127.0.0.1:2")];
    assert_eq!(telemetry(&with_variables("[", &unknown)).unwrap().unwrap().port(), 2);
}

#[test]
fn what_cannot_be_known_is_said() {
    let said = |sources: &Sources| telemetry(sources).unwrap_err().to_string();
    assert!(
        said(&file("telemetry: localhost:1\n")).contains("1:12: telemetry.listen: \"localhost:1\"")
    );
    assert!(said(&file("[")).starts_with("portcullis.yaml:"));
    let nowhere =
        Sources { file: Some(Input::Path("/nowhere/x.yaml".into())), ..Sources::default() };
    assert!(said(&nowhere).contains("/nowhere/x.yaml: cannot be read"));
}
