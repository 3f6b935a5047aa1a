//! A field is protected when its name's normal form is, or holds a mark that some server takes for
//! a hyphen.

#![no_main]

use http::HeaderName;
use libfuzzer_sys::fuzz_target;
use portcullis::identity::{Class, TABLE, classify};
use portcullis_fuzz::{is_odd, is_protected, normal_form};

fuzz_target!(|bytes: &[u8]| {
    // What is no name is refused long before.
    let Ok(name) = HeaderName::from_bytes(bytes) else { return };
    let normal = normal_form(name.as_str());
    let class = classify(&name);
    assert_eq!(class.is_some(), is_protected(&normal) || is_odd(name.as_str()), "{name}");
    if let Some(class) = class.filter(|class| *class != Class::Foreign) {
        let row = TABLE.iter().find(|row| row.name == name).expect("a row of its own");
        assert_eq!(row.class, class, "{name}");
    }
    let upper = name.as_str().to_ascii_uppercase();
    let upper = HeaderName::from_bytes(upper.as_bytes()).expect("case makes no name another");
    assert_eq!(classify(&upper), class, "{name}");
});
