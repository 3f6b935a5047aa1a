//! The composition root: the only room that knows every other.
//!
//! [`App::bind`] opens every socket and builds every part, so that whatever can fail has failed
//! before anything is served; [`App::run`] then serves until it is told to stop.

mod build;
mod descriptors;
pub mod dev;
mod dumps;
mod explain;
mod health;
mod pages;
mod readiness;
mod reload;
mod runtime;
mod shutdown;
mod tasks;
pub mod webhook;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::Context;

use crate::config::{Config, Effective, Files, Sources};
use crate::server::{self, Bound, Listener, Place};
use crate::telemetry::LogControl;

use build::Parts;
use readiness::Readiness;
use runtime::Background;

pub use explain::Rehearsals;
pub use health::probe;
pub use shutdown::Stop;

/// A proxy, ready to run.
pub struct App {
    /// For each worker, one of each listener.
    sockets: Vec<Vec<Bound>>,
    places: Vec<(Arc<str>, Place)>,
    telemetry: Option<TcpListener>,
    admin: Option<TcpListener>,
    parts: Parts,
    stop: Stop,
    background: Background,
}

/// What a proxy needs besides its configuration, for people who look at it and change it.
pub struct Side {
    /// The log's switch; `None` when somebody else owns the log.
    pub log: Option<LogControl>,
    /// The effective configuration, without secrets.
    pub effective: Effective,
    /// Where to read the configuration again; `None` keeps the policy until the end.
    pub again: Option<Again>,
}

/// Where a configuration came from.
pub struct Again {
    /// What was read.
    pub sources: Sources,
    /// What the files among it looked like then.
    pub files: Files,
}

/// Where a proxy can be reached; ports that were 0 are filled in.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The first public listener.
    pub public: Place,
    /// The others, by name.
    pub more: Vec<(Arc<str>, Place)>,
    /// The telemetry listener, unless it is off.
    pub telemetry: Option<SocketAddr>,
    /// The admin listener, unless it is off.
    pub admin: Option<SocketAddr>,
}

impl App {
    /// Opens all sockets and builds all parts. Nothing is served yet, and nothing is sent.
    ///
    /// # Errors
    /// When an address is taken, or a part cannot be built; the message names the setting.
    pub fn bind(config: &Config, side: Side) -> anyhow::Result<Self> {
        dumps::forbid();
        // Signals first: whatever is said from here on may be answered by one.
        let background = Background::start()?;
        let (sockets, places) = bind(&config.server, config.process.workers.max(1))?;
        let side_door = |key: &str, address: Option<SocketAddr>| {
            address
                .map(|address| {
                    TcpListener::bind(server::address_for(address))
                        .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
                        .with_context(|| format!("{key}: cannot listen on {address}"))
                })
                .transpose()
        };
        let telemetry = side_door("telemetry.listen", config.process.telemetry)?;
        let admin = side_door("admin.listen", config.process.admin)?;
        Ok(Self {
            parts: build::parts(config, side, Readiness::new(sockets.len()))?,
            sockets,
            places,
            telemetry,
            admin,
            stop: Stop::default(),
            background,
        })
    }

    /// Where it can be reached.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn addresses(&self) -> anyhow::Result<Addresses> {
        let of =
            |socket: &Option<TcpListener>| socket.as_ref().map(TcpListener::local_addr).transpose();
        let mut places = self.places.iter();
        let (_, public) = places.next().context("no listener")?;
        Ok(Addresses {
            public: public.clone(),
            more: places.cloned().collect(),
            telemetry: of(&self.telemetry)?,
            admin: of(&self.admin)?,
        })
    }

    /// The means to stop it from elsewhere.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Serves until stopped and drained. Blocks the calling thread, which does the background
    /// work: questions to Keystone, side doors, housekeeping.
    ///
    /// # Errors
    /// When a runtime cannot be started, or a worker died.
    pub fn run(self) -> anyhow::Result<()> {
        runtime::run(self)
    }
}

/// Sockets of every listener for every worker, and where they turned out to be.
#[expect(clippy::type_complexity, reason = "read once, a few lines above")]
fn bind(
    settings: &server::Settings,
    workers: usize,
) -> anyhow::Result<(Vec<Vec<Bound>>, Vec<(Arc<str>, Place)>)> {
    let mut sockets: Vec<_> = (0..workers).map(|_| Vec::new()).collect();
    let mut places = Vec::new();
    for Listener { name, place, .. } in &settings.listeners {
        let bound = server::bind(place, workers).with_context(|| {
            let key =
                if **name == *"public" { "listen".into() } else { format!("listeners.{name}") };
            format!("{key}: cannot listen on {place}")
        })?;
        let address = bound.first().map(Bound::address).transpose()?.flatten();
        places.push((Arc::clone(name), address.map_or_else(|| place.clone(), Place::Tcp)));
        for (worker, socket) in sockets.iter_mut().zip(bound) {
            worker.push(socket);
        }
    }
    Ok((sockets, places))
}
