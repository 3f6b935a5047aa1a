//! Policies that are valid, and that this process cannot follow all the same.

use crate::policy::Policy;

/// What stands in the way of following `new` after `old`.
pub(super) fn of(old: &Policy, new: &Policy) -> Result<(), Vec<String>> {
    // Without routes every valid token passes. Too much to follow from a file that was cut short.
    if old.reads_paths() && !new.reads_paths() {
        let problem = "routes: there are none any more, and without them every valid token passes; \
                       restart if that is meant, or write \"routes: []\" to deny everything";
        return Err(vec![problem.to_owned()]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Input, Sources, load};

    fn policy(routes: &str) -> std::sync::Arc<Policy> {
        let text = format!(
            "upstream: {{url: http://127.0.0.1:9}}\nkeystone: {{auth_url: \"http://127.0.0.1:8\"}}\n{routes}"
        );
        let file = Some(Input::Text { name: "a".into(), text });
        load(&Sources { file, ..Sources::default() }).unwrap().config.policy
    }

    #[test]
    fn routes_do_not_go_while_it_runs() {
        let some = policy("routes: [{path: /a, allow: public}]\n");
        let none = policy("");
        assert!(of(&some, &none).is_err());
        assert!(of(&none, &some).is_ok());
        assert!(of(&some, &policy("routes: []\n")).is_ok());
    }
}
