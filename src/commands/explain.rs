//! `portcullis explain`: what would come of a request, and why.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

use crate::app::Rehearsals;
use crate::cli::Explain;
use crate::explain::{Question, Reading, Tokens, Wrong};

use super::{load, say};

/// Plays the request that the command line describes; ends with 1 when it would be refused.
pub(super) fn explain(arguments: Explain) -> anyhow::Result<ExitCode> {
    // Exit code 1 is for a request that is refused, so what cannot be asked has another.
    let wrong = |error| Wrong { key: String::new(), message: format!("{error:#}") };
    let described = describe(&arguments).map_err(wrong)?;
    let config = load(arguments.configured)?.config;
    let how = Reading { access_rules: config.keystone.access_rules, tokens: Tokens::Allowed };
    let account = Rehearsals::new(&config)?.explain(&Question::read(&described, how)?)?;
    if arguments.json {
        say(&format!("{:#}", account.to_json()))?;
    } else {
        say(account.to_string().trim_end())?;
    }
    Ok(if account.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The arguments as a description.
fn describe(arguments: &Explain) -> anyhow::Result<Value> {
    let mut headers = Map::new();
    for (name, value) in &arguments.header {
        let values = headers.entry(name.to_ascii_lowercase()).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(value.as_str().into());
        }
    }
    let body = arguments.body.as_deref().map(text).transpose()?;
    Ok(json!({
        "method": arguments.method,
        "protocol": arguments.protocol,
        "path": arguments.path,
        "host": arguments.host,
        "headers": headers,
        "body": body,
        "as": who(arguments)?,
    }))
}

/// Who sends the request.
fn who(arguments: &Explain) -> anyhow::Result<Value> {
    if let Some(token) = token(arguments)? {
        return Ok(json!({ "token": token.trim() }));
    }
    let services = (!arguments.service_role.is_empty()).then_some(&arguments.service_role);
    if let Some(file) = &arguments.identity {
        let identity: Value = serde_json::from_str(&text(file)?)
            .with_context(|| format!("{}: not JSON", file.display()))?;
        return Ok(json!({ "identity": identity, "service_roles": services }));
    }
    if !arguments.describes_somebody() {
        return Ok(Value::Null);
    }
    Ok(json!({
        "user": arguments.user,
        "roles": arguments.role,
        "project": arguments.project,
        "domain": arguments.domain,
        "system": arguments.system,
        "unscoped": arguments.unscoped,
        "service_roles": services,
        "trust": arguments.trust,
        "application_credential": arguments.application_credential,
    }))
}

/// The token, from a place that others cannot read.
fn token(arguments: &Explain) -> anyhow::Result<Option<String>> {
    if let Some(file) = &arguments.token_file {
        return text(file).map(Some);
    }
    if !arguments.token_stdin {
        return Ok(None);
    }
    let mut token = String::new();
    std::io::stdin().take(LONGEST).read_to_string(&mut token).context("standard input")?;
    if token.trim().is_empty() {
        bail!("no token came on standard input");
    }
    Ok(Some(token))
}

fn text(path: &Path) -> anyhow::Result<String> {
    let read = std::fs::File::open(path).and_then(|file| {
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text).map(|_| text)
    });
    read.with_context(|| path.display().to_string())
}

/// More than any token, identity or body that a rule looks at.
const LONGEST: u64 = 16 * 1024 * 1024;
