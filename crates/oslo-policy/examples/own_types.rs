//! Decides with types of one's own, without building maps: `cargo run -p oslo-policy --example
//! own_types`.

#![expect(clippy::print_stdout, reason = "that is what it is for")]

use oslo_policy::{Credentials, LoadErrors, Lookup, Policy, Target, Value};

/// Whoever a token stands for.
struct Caller {
    user_id: String,
    project_id: Option<String>,
    roles: Vec<String>,
}

impl Credentials for Caller {
    fn attribute(&self, name: &str) -> Option<Value<'_>> {
        match name {
            "roles" => Some(Value::List(&self.roles)),
            "user_id" => Some(Value::Text(&self.user_id)),
            // Without a project there is the attribute, but no value.
            "project_id" => Some(Value::from(&self.project_id)),
            _ => None,
        }
    }
}

/// What a request says in its path and in its query.
struct Request<'a> {
    project_id: &'a str,
    query: Vec<(&'a str, &'a str)>,
}

impl Target for Request<'_> {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        match key.strip_prefix("query.") {
            // Two values that differ make a check undecidable, so the rule denies.
            Some(name) => {
                let found = self.query.iter().filter(|(known, _)| *known == name);
                Lookup::of(found.map(|(_, value)| Value::from(value)))
            }
            None if key == "project_id" => Lookup::Value(Value::Text(self.project_id)),
            None => Lookup::Absent,
        }
    }
}

fn main() -> Result<(), LoadErrors> {
    let rule = "role:member and project_id:%(project_id)s and 'active':%(query.status)s";
    let policy = Policy::builder().inline("server:list", rule).build()?;
    let caller = Caller {
        user_id: "a1".to_owned(),
        project_id: Some("p1".to_owned()),
        roles: vec!["Member".to_owned()],
    };
    for query in [
        vec![("status", "active")],
        vec![("status", "deleted")],
        vec![("status", "active"), ("status", "deleted")],
        vec![],
    ] {
        let request = Request { project_id: "p1", query };
        println!("{:?}: {}", request.query, policy.enforce("server:list", &request, &caller));
    }
    Ok(())
}
