//! From values that are right by themselves to a configuration that is right as a whole.

mod account;
mod auth;
mod clients;
mod keystone;
mod listeners;
mod material;
mod named;
mod peer;
mod policy;
mod probes;
mod process;
mod proof;
mod reader;
mod tls;
mod upstreams;

use super::account::Account;
use super::layers::Layers;
use super::model::Config;
use super::routes::Written;
use super::{Environment, errors::Problems, settings::Settings};
use crate::{telemetry, validation};
use reader::Reader;

pub(super) use material::material;
pub(super) use policy::policy_files;
pub(super) use process::open;

/// Makes the configuration. It is worth something only when no problem was added.
pub(super) fn resolve(
    settings: &Settings,
    layers: &Layers,
    written: &Written,
    environment: &Environment,
    account: Account,
    problems: &mut Problems,
    warnings: Vec<String>,
) -> Option<Config> {
    let mut reader = Reader::new(settings, environment, problems, warnings);
    let process = process::process(&mut reader);
    let server = listeners::server(&mut reader, layers, written);
    listeners::refuse_shared_addresses(&mut reader, &server);
    let probes = probes::probes(&mut reader);
    let validation = validation(&mut reader);
    let log = log(&mut reader);
    let upstream = peer::upstream(&mut reader, &server.listeners);
    let upstreams = upstreams::named(&mut reader, written, &server.listeners);
    let keystone = keystone::settings(&mut reader, account);
    let uri = keystone::public_uri(&mut reader);
    let max_token_bytes = clients::max_token_bytes(&mut reader, server.limits.max_header_bytes);
    let admission = auth::admission(&mut reader, max_token_bytes, keystone.as_ref());
    let front = clients::front(&mut reader, uri);
    let remote = policy::remote(&mut reader);
    let policy = policy::policy(&mut reader, written, upstream.as_ref(), &upstreams);
    let watch = policy::watch(&mut reader);
    debug_assert!(reader.unread.is_empty(), "options that nothing reads: {:?}", reader.unread);
    Some(Config {
        process,
        probes,
        log,
        server,
        front: front?,
        admission,
        policy: policy?,
        watch,
        remote,
        validation,
        keystone: keystone?,
        upstream: upstream?,
        upstreams,
        warnings: reader.warnings,
    })
}

fn validation(reader: &mut Reader<'_>) -> validation::Settings {
    validation::Settings {
        ttl: reader.duration("cache.ttl"),
        jitter: reader.ratio("cache.jitter"),
        max_bytes: reader.integer("cache.max_bytes"),
        negative_ttl: reader.duration("cache.negative_ttl"),
        negative_max_entries: reader.integer("cache.negative_max_entries"),
        max_in_flight: reader.count("keystone.max_in_flight"),
        max_waiting: reader.count("keystone.max_waiting"),
        retry_after: reader.duration("keystone.retry_after"),
    }
}

fn log(reader: &mut Reader<'_>) -> telemetry::Settings {
    let level = reader.text("log.level").unwrap_or_default();
    if !telemetry::is_filter(&level) {
        let message = "is not a level; write error, warn, info, debug or trace, or levels for \
                       single parts, as in info,portcullis::keystone=debug";
        reader.refuse_value("log.level", message);
    }
    telemetry::Settings {
        format: match reader.text("log.format").as_deref() {
            Some("json") => telemetry::Format::Json,
            Some("text") => telemetry::Format::Text,
            _ => telemetry::Format::Auto,
        },
        level,
        access: match reader.text("log.access").as_deref() {
            Some("off") => telemetry::Access::Off,
            Some("refusals") => telemetry::Access::Refusals,
            _ => telemetry::Access::All,
        },
    }
}
