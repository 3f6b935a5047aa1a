//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Validates OpenStack Keystone tokens in front of a service.
///
/// Exit codes: 0 all is well, 1 it failed, 2 the command line is wrong, 3 the configuration is
/// wrong.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve, as the configuration says, until SIGTERM or SIGINT.
    Run(Configured),
    /// Try it out: an identity service, an echo service and the proxy in one process, on this
    /// machine only.
    Dev(Dev),
    /// Check a configuration and report everything that is wrong with it.
    Check(Configured),
    /// Show the configuration in force, or describe what can be configured.
    Config {
        /// What to show.
        #[command(subcommand)]
        what: Show,
    },
    /// Write a `[keystone_authtoken]` down as a configuration file of ours, with a report of what
    /// became of each option. Ends with 3 when something in it was refused.
    Import(Import),
    /// Ask a running proxy on this machine whether it is ready; for images without curl.
    Health(Health),
}

/// Where the configuration comes from.
#[derive(Debug, Args)]
pub struct Configured {
    /// The configuration file; `PORTCULLIS_CONFIG` names it too.
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What keystonemiddleware reads, as it is, below the configuration file: a file of
    /// oslo.config, and the section if it is not `keystone_authtoken`.
    /// `PORTCULLIS_KEYSTONE_AUTHTOKEN` names it too.
    #[arg(long, value_name = "FILE[:SECTION]")]
    pub keystone_authtoken: Option<String>,
    /// Sets one key over file and environment, as in --set cache.ttl=60s.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
}

/// What to show of the configuration.
#[derive(Debug, Subcommand)]
pub enum Show {
    /// Every value in force and where it came from; secrets are not shown.
    Show(Configured),
    /// The JSON Schema of the file, for editors.
    Schema,
    /// The reference in Markdown.
    Reference,
}

/// The section to write down.
#[derive(Debug, Args)]
pub struct Import {
    /// A file of oslo.config, such as nova.conf, and the section if it is not `keystone_authtoken`.
    #[arg(value_name = "FILE[:SECTION]")]
    pub source: String,
    /// The service behind the proxy, for the file that is written.
    #[arg(long, value_name = "URL")]
    pub upstream: Option<String>,
}

/// The trial.
#[derive(Debug, Args)]
pub struct Dev {
    /// Where the proxy listens; loopback only. Without it, port 8080 or any free one.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Where the identity service listens; loopback only. Without it, port 5000 or any free one.
    #[arg(long, value_name = "ADDRESS")]
    pub keystone_listen: Option<SocketAddr>,
    /// Your own service, instead of the echo service.
    #[arg(long, value_name = "URL")]
    pub upstream: Option<String>,
    /// Your own users, projects and roles, in YAML or JSON, instead of the sample.
    #[arg(long, value_name = "FILE")]
    pub users: Option<PathBuf>,
    /// A configuration file whose routes, policy and other settings are tried. Addresses are the
    /// trial's: what the file says of listeners, Keystone and the service is not used.
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Sets one key of the proxy's configuration, as in --set cache.ttl=5s.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
}

/// The question to a running proxy.
#[derive(Debug, Args)]
pub struct Health {
    /// The telemetry listener; without it, the one in the configuration.
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<SocketAddr>,
    /// Which probe to ask.
    #[arg(long, default_value = "/readyz", value_name = "PATH")]
    pub path: String,
    /// The configuration file; `PORTCULLIS_CONFIG` names it too.
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What keystonemiddleware reads; `PORTCULLIS_KEYSTONE_AUTHTOKEN` names it too.
    #[arg(long, value_name = "FILE[:SECTION]")]
    pub keystone_authtoken: Option<String>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .map(|(key, value)| (key.trim().to_owned(), value.to_owned()))
        .ok_or_else(|| "write KEY=VALUE, as in cache.ttl=60s".to_owned())
}
