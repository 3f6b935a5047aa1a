//! The cast for all cases of one configuration, which share a cache as they did when they were
//! recorded.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use keystone_double::FaultKind;
use serde_json::Value;

use crate::support::{ACCOUNT, Client, Keystone, Response, Scene, eventually};

use super::case::{Case, Ends, Outcome, Records};

/// Where clients were told to get a token.
const CHALLENGE: &str = "http://keystone.example:5000/v3";

/// The longest field that the recorded Keystone's server took.
const HEADER_LIMIT: usize = 8190;

/// What every forwarded request has besides what the application was seen to get.
const ADDED: [&str; 5] =
    ["host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-openstack-request-id"];

/// The fields of a response that were recorded.
const RECORDED: [&str; 4] = ["content-length", "content-type", "retry-after", "www-authenticate"];

const HOUR: Duration = Duration::from_hours(1);

pub(super) struct Stage<'a> {
    scene: Scene,
    records: &'a Records,
}

impl<'a> Stage<'a> {
    /// Sets up what `config` names.
    #[track_caller]
    pub(super) fn set(config: &str, records: &'a Records) -> Self {
        let keystone = Keystone::start();
        let address = format!("{}/v3", keystone.url());
        let mut all = ACCOUNT.to_vec();
        all.push(("keystone.auth_url", &address));
        all.extend(settings(config));
        let scene = Scene::of(keystone, &all);
        scene.keystone.adjust(|profile| profile.header_limit = Some(HEADER_LIMIT));
        scene.upstream.answer(|call| {
            call.receive()?;
            match call.request.header("x-app-401") {
                Some(_) => call.respond(401, &[("Content-Type", "text/plain")], b"no\n"),
                None => call.respond(200, &[], b"{}"),
            }
        });
        let stage = Self { scene, records };
        for (name, recorded) in &records.tokens {
            match recorded.ends {
                Ends::Later => stage.begin(name, Timestamp::now() + HOUR),
                Ends::Past => stage.begin(name, Timestamp::now() - HOUR),
                Ends::Soon => {}
            }
        }
        let FaultKind::Answer(forbidden) = FaultKind::status(403) else { unreachable!() };
        stage.scene.keystone.forge_raw(&token("trust-lost"), forbidden);
        if config.starts_with("keystone-down") {
            stage.scene.keystone.stop();
        }
        stage
    }

    /// What comes of a case here.
    #[track_caller]
    pub(super) fn play(&self, case: &Case) -> Outcome {
        for step in &case.before {
            match step.split_once(' ') {
                Some(("begin", name)) => {
                    self.begin(name, Timestamp::now() + Duration::from_secs(3));
                }
                Some(("end", name)) => eventually("the token ends", || {
                    self.scene.sidecar.get_as(&token(name), "/").status == 401
                }),
                Some(("revoke", name)) => self.revoke(name),
                _ => panic!("{}: {step}?", case.name),
            }
        }
        self.scene.upstream.forget();
        let request = case.request.as_ref().expect("a request");
        let fields: Vec<_> =
            request.headers.iter().map(|(name, value)| (&name[..], self.expand(value))).collect();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, &value[..])).collect();
        let mut client = Client::connect(self.scene.sidecar.public);
        client.ask(&request.method, &request.path, &fields);
        self.outcome(&client.response())
    }

    /// What was recorded, with the tokens of this run in it.
    pub(super) fn expected(&self, recorded: &Outcome) -> Outcome {
        let expand = |fields: &BTreeMap<String, String>| -> BTreeMap<String, String> {
            fields.iter().map(|(n, v)| (n.to_ascii_lowercase(), self.expand(v))).collect()
        };
        Outcome {
            saw: recorded.saw.as_ref().map(expand),
            response: recorded.response.as_ref().map(expand),
            ..recorded.clone()
        }
    }

    fn outcome(&self, response: &Response) -> Outcome {
        let seen = self.scene.upstream.requests();
        assert!(seen.len() <= 1, "{seen:?}");
        let status = Some(response.status);
        if let (Some(seen), 200) = (seen.first(), response.status) {
            let mut saw: BTreeMap<String, String> = BTreeMap::new();
            for (name, value) in seen.fields() {
                let value = String::from_utf8_lossy(value).into_owned();
                let before = saw.insert(name.to_ascii_lowercase(), value);
                assert_eq!(before, None, "{name} stands twice");
            }
            saw.retain(|name, _| !ADDED.contains(&name.as_str()));
            return Outcome { status, saw: Some(saw), ..Outcome::default() };
        }
        let refused_by_the_application =
            seen.first().is_some_and(|seen| seen.header("x-app-401").is_some());
        assert!(seen.is_empty() || refused_by_the_application, "{response:?}");
        let field = |name: &str| Some((name.to_owned(), response.header(name)?.to_owned()));
        let mut fields: BTreeMap<_, _> = RECORDED.into_iter().filter_map(field).collect();
        if let Some(challenge) = fields.get_mut("www-authenticate") {
            *challenge = challenge.replace(&format!("{}/v3", self.scene.keystone.url()), CHALLENGE);
            assert_eq!(response.headers("www-authenticate").len(), 1);
        }
        Outcome { status, saw: None, response: Some(fields), body: Some(response.text()) }
    }

    /// Makes Keystone know a token, until `end`.
    #[track_caller]
    fn begin(&self, name: &str, end: Timestamp) {
        let recorded = &self.records.tokens[name];
        let mut body = serde_json::json!({ "token": recorded.token });
        body["token"]["expires_at"] = Value::from(end.to_string());
        if let Some(catalogue) = &recorded.catalogue {
            body["token"]["catalog"] = self.records.catalogues[catalogue].v3.clone();
        }
        self.scene.keystone.replay(&token(name), &body);
    }

    fn revoke(&self, name: &str) {
        let FaultKind::Answer(unknown) = FaultKind::status(404) else { unreachable!() };
        self.scene.keystone.forge_raw(&token(name), unknown);
    }

    /// Puts what names stand for in their places.
    fn expand(&self, text: &str) -> String {
        let mut text = text.to_owned();
        while let Some((before, rest)) = text.split_once('<') {
            let (name, after) = rest.split_once('>').expect("a name ends");
            let meant = match name.split_once(':') {
                Some(("catalogue", name)) => self.records.catalogues[name].v2.clone(),
                Some(("long", length)) => "g".repeat(length.parse().unwrap()),
                _ => token(name),
            };
            text = format!("{before}{meant}{after}");
        }
        text
    }
}

/// The configurations, as they were named when the cases were recorded.
fn settings(config: &str) -> Vec<(&'static str, &'static str)> {
    let default = vec![
        ("auth.service_type", "compute"),
        ("headers.service_catalog", "true"),
        ("keystone.www_authenticate_uri", CHALLENGE),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&default[..], more].concat();
    let but = |key: &str| {
        let mut settings = default.clone();
        settings.retain(|(set, _)| *set != key);
        settings
    };
    match config {
        "default" | "keystone-down" => default,
        "delay" | "keystone-down-delay" => with(&[("auth.delay_decision", "true")]),
        "identity-type" => with(&[("auth.service_type", "identity")]),
        "no-cache" => with(&[("cache.ttl", "0s")]),
        "no-catalog" => but("headers.service_catalog"),
        "no-service-type" => but("auth.service_type"),
        "no-www-uri" => but("keystone.www_authenticate_uri"),
        "roles-not-required" => with(&[("auth.service_token_roles_required", "false")]),
        "service-bad-password" => with(&[("keystone.password", "wrong")]),
        "service-without-permission" => with(&[
            ("keystone.username", "carol"),
            ("keystone.password", "carolpw"),
            ("keystone.project_name", "other"),
        ]),
        other => panic!("nobody knows the configuration {other}"),
    }
}

/// A token of this run.
fn token(name: &str) -> String {
    format!("gAAAAA-{name}")
}
