//! The command line.

mod kubernetes;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use kubernetes::{Inject, OnError, Sidecar, Uninject, Webhook};

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
    /// What would come of a request, and why: the route, the caller, the rule with each check's
    /// verdict, the headers, the answer. Ends with 1 when the request would be refused.
    Explain(Box<Explain>),
    /// Work on the rules.
    Policy {
        /// What to do.
        #[command(subcommand)]
        what: Rules,
    },
    /// Ask a running proxy on this machine whether it is ready; for images without curl.
    Health(Health),
    /// Put the sidecar into Kubernetes manifests: reads them from files or standard input, writes them
    /// to standard output with everything else as it was, and says on standard error what was done.
    /// Doing it again changes nothing.
    Inject(Box<Inject>),
    /// Take out of Kubernetes manifests what `inject` has put in.
    Uninject(Uninject),
    /// Serve the mutating admission webhook of Kubernetes, which adds the sidecar to pods whose
    /// annotations ask for it, until SIGTERM or SIGINT.
    Webhook(Box<Webhook>),
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

/// What to do with the rules.
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// Play tables of requests and compare what comes with what is expected. Ends with 1 when any
    /// differs, and with 3 when a table or the configuration is wrong.
    Test(PolicyTest),
}

/// Tables of requests.
#[derive(Debug, Args)]
pub struct PolicyTest {
    /// The tables, in YAML.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The configuration to test.
    #[command(flatten)]
    pub configured: Configured,
}

/// A request, and who sends it. Nobody, when nothing says who.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags are booleans")]
pub struct Explain {
    /// The configuration to ask.
    #[command(flatten)]
    pub configured: Configured,
    /// The path, and perhaps a query.
    #[arg(value_name = "PATH[?QUERY]")]
    pub path: String,
    /// The method; without it GET, and POST for gRPC.
    #[arg(long)]
    pub method: Option<String>,
    /// What is spoken: the fields that its clients send are added.
    #[arg(long, value_parser = ["plain", "grpc", "websocket"], default_value = "plain")]
    pub protocol: String,
    /// The host that the request names.
    #[arg(long)]
    pub host: Option<String>,
    /// A header; may be repeated. Tokens are refused here: others can read the command line.
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    pub header: Vec<(String, String)>,
    /// The body, as it would be sent.
    #[arg(long, value_name = "FILE")]
    pub body: Option<PathBuf>,
    /// Ask Keystone about the token in this file.
    #[arg(long, value_name = "FILE", group = "who")]
    pub token_file: Option<PathBuf>,
    /// Ask Keystone about the token on standard input.
    #[arg(long, group = "who")]
    pub token_stdin: bool,
    /// Whoever this saved body of an answer to GET /v3/auth/tokens is about; Keystone is not
    /// asked.
    #[arg(long, value_name = "FILE", group = "who")]
    pub identity: Option<PathBuf>,
    /// The user's id.
    #[arg(long, value_name = "ID", conflicts_with = "who")]
    pub user: Option<String>,
    /// A role of the user; may be repeated.
    #[arg(long, value_name = "NAME", conflicts_with = "who")]
    pub role: Vec<String>,
    /// The scope: this project.
    #[arg(long, value_name = "ID", conflicts_with = "who")]
    pub project: Option<String>,
    /// The scope: this domain.
    #[arg(long, value_name = "ID", conflicts_with = "who")]
    pub domain: Option<String>,
    /// The scope: the system.
    #[arg(long, conflicts_with = "who")]
    pub system: bool,
    /// No scope.
    #[arg(long, conflicts_with = "who")]
    pub unscoped: bool,
    /// A role of a service that calls on the user's behalf; may be repeated.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["token_file", "token_stdin"])]
    pub service_role: Vec<String>,
    /// The trust that the token was obtained through.
    #[arg(long, value_name = "ID", conflicts_with = "who")]
    pub trust: Option<String>,
    /// The application credential that it was obtained with.
    #[arg(long, value_name = "ID", conflicts_with = "who")]
    pub application_credential: Option<String>,
    /// Print data instead of text.
    #[arg(long)]
    pub json: bool,
}

impl Explain {
    /// Whether anything is said about the caller.
    pub fn describes_somebody(&self) -> bool {
        let ids = [&self.user, &self.project, &self.domain, &self.trust];
        ids.into_iter().chain([&self.application_credential]).any(Option::is_some)
            || !self.role.is_empty()
            || !self.service_role.is_empty()
            || self.system
            || self.unscoped
    }
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
    /// Where the echo service listens; loopback only. Without it, any free port.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "upstream")]
    pub service_listen: Option<SocketAddr>,
    /// Start this part alone, without the proxy: for containers that share a network, each with
    /// its part.
    #[arg(long, value_name = "PART", conflicts_with_all = ["listen", "upstream", "config", "set"])]
    pub only: Option<Part>,
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

/// What a trial consists of, besides the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The identity service.
    Identity,
    /// The echo service.
    Service,
}

/// The question to a running proxy.
#[derive(Debug, Args)]
pub struct Health {
    /// The telemetry listener, by address or name; without it, the one in the configuration.
    #[arg(long, value_name = "HOST:PORT")]
    pub address: Option<String>,
    /// Which probe to ask.
    #[arg(long, default_value = "/readyz", value_name = "PATH")]
    pub path: String,
    /// The configuration file; `PORTCULLIS_CONFIG` names it too, and without either it is
    /// /etc/portcullis/portcullis.yaml, if there is one.
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What keystonemiddleware reads; `PORTCULLIS_KEYSTONE_AUTHTOKEN` names it too.
    #[arg(long, value_name = "FILE[:SECTION]")]
    pub keystone_authtoken: Option<String>,
}

fn header(text: &str) -> Result<(String, String), String> {
    text.split_once(':')
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .ok_or_else(|| "write NAME: VALUE, as in Content-Type: application/json".to_owned())
}

fn key_value(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .map(|(key, value)| (key.trim().to_owned(), value.to_owned()))
        .ok_or_else(|| "write KEY=VALUE, as in cache.ttl=60s".to_owned())
}
