//! `portcullis dev`: an identity service, an echo service and the proxy in one process, on this
//! machine only. For trying it out and for developing against it.

mod alone;
mod echo;
mod guide;
mod users;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, bail};
use keystone_double::{Double, World};

use crate::cli::Dev;
use crate::config::{self, Environment, Input, Loaded, Sources};
use crate::server::{Listener, Place};
use crate::telemetry;

use super::{Again, App, Side};

use guide::Guide;

/// Runs the trial until SIGINT or SIGTERM.
///
/// # Errors
/// When an address is not on loopback or taken, or the users or the settings make no sense.
pub fn run(trial: Dev) -> anyhow::Result<()> {
    let sample = trial.users.is_none();
    let world = match &trial.users {
        Some(file) => users::read(file)?,
        None => World::sample(),
    };
    if let Some(part) = trial.only {
        return alone::run(part, &trial, world);
    }
    let identity = listener("--keystone-listen", trial.keystone_listen, 5000)?;
    let proxy = listener("--listen", trial.listen, 8080)?.local_addr()?;
    let echo = match trial.upstream {
        Some(_) => None,
        None => Some(listener("--service-listen", trial.service_listen, 0)?),
    };
    let upstream = match (&trial.upstream, &echo) {
        (Some(url), _) => url.clone(),
        (None, Some(echo)) => format!("http://{}", echo.local_addr()?),
        (None, None) => bail!("there is nothing to guard"),
    };
    let auth_url = format!("http://{}/v3", identity.local_addr()?);
    let sources = sources(trial.config, proxy, &upstream, &auth_url, trial.set);
    let Loaded { config, effective, files } = config::load(&sources)?;
    let local = |listener: &Listener| match &listener.place {
        Place::Tcp(address) => address.ip().is_loopback(),
        Place::Unix { .. } => true,
    };
    if !config.server.listeners.iter().all(local)
        || config.process.telemetry.is_some_and(|address| !address.ip().is_loopback())
    {
        bail!("dev listens on loopback only; its passwords are known to everybody");
    }
    let (log, _lines) = telemetry::start(&config.log, None)?;
    let double = Double::new(world);
    beside(double.clone(), identity, echo)?;
    let again = Some(Again { sources, files });
    let app = App::bind(&config, Side { log: Some(log), effective, again })?;
    Guide { addresses: app.addresses()?, upstream, auth_url, double, sample }.print()?;
    app.run()
}

/// The proxy's configuration: the user's own file, if there is one, at the trial's addresses.
fn sources(
    file: Option<PathBuf>,
    proxy: SocketAddr,
    upstream: &str,
    auth_url: &str,
    set: Vec<(String, String)>,
) -> Sources {
    let any = any_port().to_string();
    let addresses = [
        ("listen", proxy.to_string()),
        ("upstream.url", upstream.to_owned()),
        ("keystone.auth_url", auth_url.to_owned()),
        ("telemetry.listen", any.clone()),
        ("admin.listen", any),
    ];
    let addresses = addresses.into_iter().map(|(key, value)| (key.to_owned(), value));
    Sources {
        authtoken: None,
        file: file.map(Input::Path),
        // A shell full of OS_* variables should not change a trial.
        environment: Environment::default(),
        overrides: addresses.chain(set).collect(),
    }
}

/// Opens a loopback listener: where it was asked for, or else on the usual port, or on any that
/// is free.
fn listener(flag: &str, asked: Option<SocketAddr>, usual: u16) -> anyhow::Result<TcpListener> {
    let socket = match asked {
        Some(address) if !address.ip().is_loopback() => {
            bail!("{flag} {address}: dev listens on loopback only")
        }
        Some(address) => TcpListener::bind(address)
            .with_context(|| format!("{flag}: cannot listen on {address}"))?,
        None => TcpListener::bind((Ipv4Addr::LOCALHOST, usual))
            .or_else(|_| TcpListener::bind(any_port()))
            .context("cannot listen on loopback")?,
    };
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn any_port() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// Runs the identity service and the echo service on a thread of their own, until the process
/// ends.
fn beside(double: Double, identity: TcpListener, echo: Option<TcpListener>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let start = move || {
        runtime.block_on(async move {
            let identity = tokio::net::TcpListener::from_std(identity)?;
            let identity = double.serve(identity);
            match echo {
                Some(echo) => {
                    let echo = echo::serve(tokio::net::TcpListener::from_std(echo)?);
                    tokio::join!(identity, echo);
                }
                None => identity.await,
            }
            std::io::Result::Ok(())
        })
    };
    std::thread::Builder::new().name("trial".into()).spawn(move || {
        if let Err(error) = start() {
            tracing::error!(%error, "the trial's services ended");
        }
    })?;
    Ok(())
}
