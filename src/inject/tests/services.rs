//! Where Services lead.

use super::{POD, SERVICE, refused, settings, values, with};
use crate::inject::{Direction, rewrite};

#[test]
fn services_lead_to_the_sidecar_by_its_number() {
    let both = with(&settings(), &format!("{POD}---\n{SERVICE}"));
    let ports = &values(&both.text)[1]["spec"]["ports"];
    assert_eq!(ports[0]["targetPort"], 18080);
    assert_eq!(ports[1]["targetPort"], 53);
    assert_eq!(both.changed, ["Pod web", "Service web"]);
    let written =
        "  - {port: 80, targetPort: 18080}\n  - {port: 53, protocol: UDP, targetPort: 53}\n";
    assert!(both.text.ends_with(written), "{}", both.text);
}

#[test]
fn a_service_leads_to_the_port_that_its_pods_give_their_sidecars() {
    let pod = |name: &str, port: u16| {
        let annotations = format!("  name: {name}\n  annotations: {{portcullis/port: '{port}'}}\n");
        POD.replace("  name: web\n  labels", &format!("{annotations}  labels"))
    };
    let text = with(&settings(), &format!("{}---\n{SERVICE}", pod("web", 7000))).text;
    assert_eq!(values(&text)[1]["spec"]["ports"][0]["targetPort"], 7000);
    let two = format!("{}---\n{}---\n{SERVICE}", pod("a", 7000), pod("b", 7001));
    let said = refused(&settings(), &two);
    assert_eq!(
        said,
        "Service web: leads to pods whose sidecars have different ports; give them the same"
    );
}

#[test]
fn a_service_may_say_no() {
    let no =
        SERVICE.replace("{name: web}", "{name: web, annotations: {portcullis/inject: 'false'}}");
    let both = with(&settings(), &format!("{POD}---\n{no}"));
    assert!(both.text.ends_with(&no), "{}", both.text);
    assert!(
        both.notes.contains(&"Service web: is not to have a sidecar; left as it is".to_owned())
    );
}

#[test]
fn a_service_of_another_namespace_is_left_alone_and_named() {
    let other = SERVICE.replace("name: web", "name: web, namespace: shop");
    let both = with(&settings(), &format!("{POD}---\n{other}"));
    assert!(both.text.ends_with(&other), "{}", both.text);
    let note =
        "Service shop/web: chooses pods like those here, but in another namespace; left as it is";
    assert_eq!(both.warnings, [note]);
}

#[test]
fn a_service_that_was_pointed_elsewhere_since_stays_so() {
    let both = with(&settings(), &format!("{POD}---\n{SERVICE}")).text;
    let moved = both.replace("targetPort: 18080", "targetPort: 9999");
    let out = rewrite(&moved, Direction::Out, &settings()).unwrap().text;
    assert_eq!(values(&out)[1]["spec"]["ports"][0]["targetPort"], 9999);
}
