//! One function for each command: load, do, say.

mod explain;
mod inject;
mod policy;
mod webhook;

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use crate::app::{Again, App, Side, dev, probe};
use crate::cli::{Cli, Command, Configured, Health, Import, Rules, Show};
use crate::config::{self, Authtoken, ConfigErrors, Environment, Input, Loaded, Sources};
use crate::explain::Wrong;
use crate::policy::{Policy, Route};
use crate::telemetry;

/// What a wrong configuration ends with.
const WRONG_CONFIGURATION: u8 = 3;

/// What a wrong command line ends with.
const WRONG_COMMAND_LINE: u8 = 2;

/// Does what the command line says.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Explain(question) => explain::explain(*question),
        Command::Policy { what: Rules::Test(table) } => policy::test(table),
        Command::Inject(flags) => inject::inject(*flags),
        Command::Uninject(flags) => inject::uninject(&flags),
        other => simple(other).map(|()| ExitCode::SUCCESS),
    };
    let error = match done {
        Ok(code) => return code,
        Err(error) => error,
    };
    if let Some(errors) = error.downcast_ref::<ConfigErrors>() {
        complain(&format!("{errors}\n"));
        return ExitCode::from(WRONG_CONFIGURATION);
    }
    complain(&format!("portcullis: {error:#}\n"));
    if error.is::<Wrong>() { ExitCode::from(WRONG_COMMAND_LINE) } else { ExitCode::FAILURE }
}

/// Says it in one piece: what collects a container's log takes each write for a line, or for half of
/// one. Nobody is left to tell when standard error is gone too.
fn complain(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Commands that succeed or fail.
fn simple(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run(from) => serve(from),
        Command::Dev(trial) => dev::run(trial),
        Command::Check(from) => check(from),
        Command::Config { what: Show::Show(from) } => {
            load(from).and_then(|loaded| say(&loaded.effective.to_text()))
        }
        Command::Config { what: Show::Schema } => say(&format!("{:#}", config::schema())),
        Command::Config { what: Show::Reference } => say(config::reference().trim_end()),
        Command::Import(what) => import(&what),
        Command::Health(health) => ask(health),
        Command::Webhook(flags) => webhook::serve(*flags),
        Command::Explain(_)
        | Command::Policy { .. }
        | Command::Inject(_)
        | Command::Uninject(_) => Ok(()),
    }
}

fn serve(from: Configured) -> anyhow::Result<()> {
    let sources = sources(from);
    let Loaded { config, effective, files } = config::load(&sources)?;
    let (log, _lines) = telemetry::start(&config.log, None)?;
    let again = Some(Again { sources, files });
    let app = App::bind(&config, Side { log: Some(log), effective, again })?;
    let addresses = app.addresses()?;
    let shown = |address: Option<SocketAddr>| address.map(tracing::field::display);
    let more: Vec<_> =
        addresses.more.iter().map(|(name, place)| format!("{name}={place}")).collect();
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        public = %addresses.public,
        more = (!more.is_empty()).then(|| more.join(" ")),
        telemetry = shown(addresses.telemetry),
        admin = shown(addresses.admin),
        upstream = %config.upstream.endpoint.address,
        identity = %config.keystone.base.endpoint.address,
        workers = config.process.workers,
        "serving"
    );
    app.run()
}

fn check(from: Configured) -> anyhow::Result<()> {
    let Loaded { config, .. } = load(from)?;
    for line in config::summary(&config) {
        say(&line)?;
    }
    for warning in &config.warnings {
        say(&format!("warning: {warning}"))?;
    }
    for line in about_routes(&config.policy) {
        say(&line)?;
    }
    say("the configuration is valid")
}

fn import(Import { source, upstream }: &Import) -> anyhow::Result<()> {
    let environment = Environment::from_process();
    let source = Authtoken::named(source, &environment);
    let import = config::import(&source, upstream.as_deref(), &environment)?;
    // What could be translated is said even when something is refused: it is a beginning.
    say(import.text.trim_end())?;
    import.refused.map_or(Ok(()), |refused| Err(refused.into()))
}

/// What whoever wrote the routes may not have meant.
fn about_routes(policy: &Policy) -> Vec<String> {
    let Some(table) = policy.table() else { return Vec::new() };
    let shown = |route: &Route| format!("{:?}", route.takes);
    let unreachable = table.unreachable().into_iter().map(|(route, cover)| {
        let (route, cover) = (shown(route), shown(cover));
        format!("warning: no request reaches the route {route}: {cover} before it takes them all")
    });
    let overlaps = table.overlaps();
    let more = overlaps.len().saturating_sub(NOTES);
    let overlaps = overlaps.into_iter().take(NOTES).map(|(first, second)| {
        let (first, second) = (shown(first), shown(second));
        format!("note: some requests fit both {first} and {second}; the first decides")
    });
    let more = (more > 0).then(|| format!("note: {more} more pairs of routes share some requests"));
    unreachable.chain(overlaps).chain(more).collect()
}

/// Nobody reads more; of thousands of routes, each with a variable beginning, there could be
/// millions.
const NOTES: usize = 50;

fn ask(health: Health) -> anyhow::Result<()> {
    let Health { address, path, config, keystone_authtoken } = health;
    let address = match address {
        Some(address) => address,
        None => telemetry_address(Configured { config, keystone_authtoken, set: Vec::new() })?
            .to_string(),
    };
    probe(&address, &path)?;
    say("ok")
}

/// Where the proxy on this machine answers probes, by the same configuration that it runs with.
fn telemetry_address(from: Configured) -> anyhow::Result<SocketAddr> {
    let mut sources = sources(from);
    let usual = Path::new(USUAL_FILE);
    if sources.file.is_none() && !sources.environment.names_file() && usual.exists() {
        sources.file = Some(Input::Path(usual.to_owned()));
    }
    config::telemetry(&sources)?.context("telemetry.listen is off, so nothing answers probes")
}

/// Where the container image and the unit of systemd have the configuration.
const USUAL_FILE: &str = "/etc/portcullis/portcullis.yaml";

fn load(from: Configured) -> anyhow::Result<Loaded> {
    Ok(config::load(&sources(from))?)
}

fn sources(from: Configured) -> Sources {
    let environment = Environment::from_process();
    let section = from.keystone_authtoken.map(|named| Authtoken::named(&named, &environment));
    let file = from.config.map(Input::Path);
    Sources { authtoken: section, file, environment, overrides: from.set }
}

fn say(text: &str) -> anyhow::Result<()> {
    // A reader that stops early, as `head` does, has seen what it wanted.
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        said => Ok(said?),
    }
}
