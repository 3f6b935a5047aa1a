//! The composition root: the only room that knows every other.
//!
//! [`App::bind`] opens every socket and builds every part, so that whatever can fail has failed
//! before anything is served; [`App::run`] then serves until it is told to stop.

mod build;
mod descriptors;
pub mod dev;
mod health;
mod pages;
mod readiness;
mod reload;
mod runtime;
mod shutdown;
mod tasks;

use std::net::{SocketAddr, TcpListener};

use anyhow::Context;

use crate::config::{Config, Effective, Files, Sources};
use crate::server;
use crate::telemetry::LogControl;

use build::Parts;
use readiness::Readiness;
use runtime::Background;

pub use health::probe;
pub use shutdown::Stop;

/// A proxy, ready to run.
pub struct App {
    sockets: Vec<TcpListener>,
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
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// The public listener.
    pub public: SocketAddr,
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
        // Signals first: whatever is said from here on may be answered by one.
        let background = Background::start()?;
        let sockets = server::bind(config.server.listen, config.process.workers.max(1))
            .with_context(|| format!("listen: cannot listen on {}", config.server.listen))?;
        let side_door = |key: &str, address: Option<SocketAddr>| {
            address
                .map(|address| {
                    TcpListener::bind(address)
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
        let public = self.sockets.first().context("no listener")?.local_addr()?;
        Ok(Addresses { public, telemetry: of(&self.telemetry)?, admin: of(&self.admin)? })
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
