//! What is valid, and cannot be followed by this process all the same.

use crate::policy::Policy;
use crate::server::tls::{Terminator, Tls};

/// Whether TLS is on as it was: clients of a listener speak it or they do not.
pub(super) fn of_tls(old: Option<&Terminator>, new: Option<&Tls>) -> Result<(), Vec<String>> {
    let turned = match (old, new) {
        (Some(_), Some(_)) | (None, None) => return Ok(()),
        (Some(_), None) => "off",
        (None, Some(_)) => "on",
    };
    Err(vec![format!("tls.certificate_file: TLS is turned {turned} by a restart only; restart")])
}

/// What stands in the way of following `new` after `old`, one sentence each.
pub(super) fn of(old: &Policy, new: &Policy, upstreams: &[String]) -> Result<(), Vec<String>> {
    let unknown = new.routes().filter(|route| {
        *route.upstream != *"default" && !upstreams.iter().any(|name| **name == *route.upstream)
    });
    let mut problems: Vec<_> = unknown
        .map(|route| {
            format!(
                "route {:?} leads to the upstream {:?}, which this process was started without; \
                 restart it",
                route.name, route.upstream
            )
        })
        .collect();
    // Without routes every valid token passes. Too much to follow from a file that was cut short.
    if old.reads_paths() && !new.reads_paths() {
        problems.push(
            "routes: there are none any more, and without them every valid token passes; restart \
             if that is meant, or write \"routes: []\" to deny everything"
                .to_owned(),
        );
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Input, Sources, load};

    fn policy(routes: &str) -> std::sync::Arc<Policy> {
        let text = format!(
            "upstream: {{url: http://127.0.0.1:9}}\nkeystone: {{auth_url: \"http://127.0.0.1:8\"}}\n\
             upstreams: {{images: \"http://127.0.0.1:7\"}}\n{routes}"
        );
        let file = Some(Input::Text { name: "a".into(), text });
        load(&Sources { file, ..Sources::default() }).unwrap().config.policy
    }

    #[test]
    fn routes_lead_to_services_that_the_process_was_started_with() {
        let old = policy("");
        let new = policy("routes: [{path: /a, upstream: images, allow: public}]\n");
        assert!(of(&old, &new, &["images".to_owned()]).is_ok());
        let problems = of(&old, &new, &[]).unwrap_err();
        assert!(problems.len() == 1 && problems[0].contains("\"images\""), "{problems:?}");
    }

    #[test]
    fn routes_do_not_go_while_it_runs() {
        let some = policy("routes: [{path: /a, allow: public}]\n");
        let none = policy("");
        assert!(of(&some, &none, &[]).is_err());
        assert!(of(&none, &some, &[]).is_ok());
        assert!(of(&some, &policy("routes: []\n"), &[]).is_ok());
    }
}
