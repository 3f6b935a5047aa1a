//! What both sides are asked: policies, and requests to decide with them.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value as Json, json};

use oslo_policy::{Answers, LoadErrors, Policy, RuleDefault, Step, Verdict, allows};

/// A policy and requests.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// `policy.yaml`, and files below `policy.d/`.
    pub(crate) files: Vec<(String, String)>,
    /// As [`RuleDefault::from_json`] reads them.
    pub(crate) defaults: Vec<Json>,
    pub(crate) default_rule: String,
    pub(crate) new_defaults: bool,
    pub(crate) cases: Vec<Case>,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) rule: String,
    pub(crate) target: Json,
    pub(crate) credentials: Json,
}

impl Job {
    /// A policy of one file.
    pub(crate) fn of_text(text: impl Into<String>) -> Self {
        Self {
            files: vec![("policy.yaml".to_owned(), text.into())],
            defaults: Vec::new(),
            default_rule: "default".to_owned(),
            new_defaults: true,
            cases: Vec::new(),
        }
    }

    /// A policy of one file, from names and rules.
    pub(crate) fn of_rules(rules: &Json) -> Self {
        Self::of_text(rules.to_string())
    }

    pub(crate) fn case(mut self, rule: &str, target: &Json, credentials: &Json) -> Self {
        let (rule, target, credentials) = (rule.to_owned(), target.clone(), credentials.clone());
        self.cases.push(Case { rule, target, credentials });
        self
    }

    pub(crate) fn to_json(&self) -> Json {
        let files: Vec<Json> =
            self.files.iter().map(|(name, text)| json!({"name": name, "text": text})).collect();
        let cases: Vec<Json> = self
            .cases
            .iter()
            .map(
                |case| json!({"rule": case.rule, "target": case.target, "creds": case.credentials}),
            )
            .collect();
        json!({
            "files": files,
            "defaults": self.defaults,
            "default_rule": self.default_rule,
            "new_defaults": self.new_defaults,
            "cases": cases,
        })
    }

    /// The policy, as this crate reads it.
    pub(crate) fn load(&self) -> Result<Policy, LoadErrors> {
        let folder = Folder::new(&self.files);
        let defaults = Json::from(self.defaults.clone()).to_string();
        Policy::builder()
            .defaults(RuleDefault::from_json(&defaults).unwrap())
            .default_rule(&self.default_rule)
            .enforce_new_defaults(self.new_defaults)
            .allow_remote_checks()
            .file_if_present(folder.0.join("policy.yaml"))
            .directory_if_present(folder.0.join("policy.d"))
            .build()
    }
}

/// A directory with the files of a job; it ends with the job.
struct Folder(PathBuf);

impl Folder {
    fn new(files: &[(String, String)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("oslo-policy-job-{}-{number}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        for (name, text) in files {
            let path = folder.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It was not made for a job without files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What this crate says, with remote servers that answer with the last word of the URL's path.
pub(crate) fn decide<'p>(policy: &'p Policy, case: &Case) -> Verdict<'p> {
    let mut answers = Answers::new();
    loop {
        match policy.step(&case.rule, &case.target, &case.credentials, &answers) {
            Step::Decided(verdict) => return verdict,
            Step::Ask(question) => {
                let body = question.url().rsplit('/').next().unwrap_or_default();
                answers.insert(&question, allows(body));
            }
        }
    }
}
