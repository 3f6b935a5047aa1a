//! Files, layers and references between rules.

use serde_json::{Value as Json, json};

use crate::job::Job;

pub(super) fn jobs() -> Vec<Job> {
    let mut jobs: Vec<Job> = FILES.iter().map(|text| for_everybody(Job::of_text(*text))).collect();
    jobs.extend(FOLDERS.iter().map(|files| {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        for_everybody(Job { files: files.iter().map(owned).collect(), ..Job::of_text("") })
    }));
    for default in ["default", "a", "nowhere", "b"] {
        let mut job = for_everybody(Job::of_text("a: role:admin\nb: \"@\"\ndefault: role:member"));
        job.default_rule = String::from(default);
        jobs.push(job);
    }
    jobs
}

fn for_everybody(mut job: Job) -> Job {
    for rule in ["a", "b", "c", "default", "unknown", "x:y", "x y", "yes", "1", "é", "", "A"] {
        for caller in [json!({}), json!({"roles": ["admin"]}), json!({"roles": ["member", "x"]})] {
            job = job.case(rule, &Json::Object(serde_json::Map::new()), &caller);
        }
    }
    job
}

const FILES: &[&str] = &[
    "",
    "# nothing",
    "---",
    "--- {}",
    "{}",
    "a: role:admin",
    "a:",
    "a: null",
    "a: \"\"",
    "a: \" \"",
    "a: yes",
    "a: no",
    "a: 0",
    "a: !",
    "a: \"!\"",
    "a: !!str role:admin",
    "a: @",
    "a: role:admin\na: role:member",
    "{\"a\": \"role:admin\", \"a\": \"role:member\"}",
    "{\"a\": \"role:admin\",}",
    "{\"a\":\t\"role:admin\"}",
    "{\n\t\"a\": \"role:admin\"\n}",
    "\"\\u00e9\": role:admin",
    "é: role:admin",
    "x:y: role:admin",
    "x y: role:admin",
    "yes: role:admin",
    "\"yes\": role:admin",
    "1: role:admin",
    "'1': role:admin",
    "[a]: role:admin",
    "? a\n: role:admin",
    "a: &x role:admin\nb: *x",
    "a: &x [role:admin, role:x]\nb: *x",
    "x: &x {a: role:admin}\n<<: *x",
    "a: *x",
    "a: role:admin\n---\nb: role:member",
    "a: role:admin\n...\n",
    "- a: role:admin",
    "role:admin",
    "[]",
    "\"\"",
    "false",
    "a: role:admin\n  or role:member",
    "a: >\n  role:admin\n  or role:member\n",
    "a: |\n  role:admin\n  or role:member\n",
    "a: role:admin # or role:member",
    "a: role:admin#or",
    "a: 'role:admin' or role:member",
    "a: \"role:admin",
    "a: [role:admin",
    "a: {role:admin}",
    "a: %(x)s",
    "a: role:\u{7}",
    "\u{feff}a: role:admin",
    "a: role:admin\r\nb: role:member\r\n",
    "a: role:admin\rb: role:member",
    "a: role:admin\u{85}b: role:member",
    "a: role:admin\u{2028}b: role:member",
    "a:\trole:admin",
    "a: role:admin\t",
    "a: role:admin\n\tor role:member",
    " a: role:admin\nb: role:member",
    "a: role:admin\n b: role:member",
    "%YAML 1.1\n---\na: role:admin",
    "a: 2024-01-31",
    "a: 1:30",
    "a: is_admin:True",
    "a: \"\\x72ole:admin\"",
    "a: \"role:\\admin\"",
    "a: rule:b\nb: role:admin",
    "a: rule:a",
    "a: rule:b\nb: rule:a",
    "a: role:admin or rule:a",
    "default: rule:default",
    "default: rule:nowhere",
    "default: rule:a\na: rule:nowhere",
    "a: rule:nowhere\ndefault: role:admin",
    "a: not rule:nowhere",
    "a: not rule:nowhere\ndefault: role:admin",
    "\"\": role:admin\na: \"rule:\"",
    "A: role:admin\na: role:member",
];

const FOLDERS: &[&[(&str, &str)]] = &[
    &[],
    &[("policy.d/a.yaml", "a: role:admin")],
    &[("policy.d/10.yaml", "a: role:admin"), ("policy.d/2.yaml", "a: role:member")],
    &[("policy.yaml", "a: role:admin"), ("policy.d/x", "b: role:admin")],
    &[("policy.yaml", "a: role:admin"), ("policy.d/x", "a: role:member")],
    &[("policy.yaml", "a: role:admin"), ("policy.d/.x", "a: role:member")],
    &[("policy.yaml", "a: role:admin"), ("policy.d/README", "Put files here.")],
    &[("policy.yaml", "a: role:admin"), ("policy.d/README", "# Put files here.")],
    &[("policy.yaml", "a: role:admin"), ("policy.d/sub/x.yaml", "a: role:member")],
    &[("policy.d/B", "a: role:admin"), ("policy.d/a", "a: role:member")],
    &[("policy.d/a-b", "a: role:admin"), ("policy.d/a.b", "a: role:member")],
    &[("policy.d/é", "a: role:admin"), ("policy.d/z", "a: role:member")],
    &[("policy.d/a", "a: role:admin"), ("policy.d/a.yaml", "a: role:member")],
];
