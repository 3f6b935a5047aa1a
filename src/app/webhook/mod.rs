//! `portcullis webhook`: asked by the API server of Kubernetes about pods and others that are about
//! to be made, over TLS. What becomes of one is decided elsewhere ([`Admit`]); this folder receives
//! the question, bounds what it may cost, and says in the log what came of it.
//!
//! One thread serves all of it: a review is a few milliseconds of work, and no two of them are read
//! into trees at once.

mod certificate;
mod door;
mod envelope;
mod metrics;
mod settings;
mod verdict;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::Process;
use crate::probe::Probes;
use crate::server::{self, Answer, Bound, Client, Phase, Place};
use crate::telemetry::{LogControl, Registry};

use super::pages::{self, Telemetry};
use super::readiness::Readiness;
use super::runtime::Background;
use super::shutdown::{self, Stop};
use super::{build, descriptors, dumps};

use certificate::Renewal;
use door::Door;

pub use settings::{OnError, Settings};

/// Where its lines in the log come from, whichever file writes them.
const TARGET: &str = "portcullis::webhook";

/// Answers a review: the bytes of an `AdmissionReview` with a request in it become those of one with
/// a response in it. Pure, and called for one at a time.
pub type Admit = dyn Fn(&[u8]) -> Result<Vec<u8>, BadReview> + Send + Sync;

/// What came is no review that can be answered: a sentence for the operator that quotes nothing of
/// it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadReview(pub String);

/// A webhook, ready to run.
pub struct Webhook {
    socket: Bound,
    public: SocketAddr,
    telemetry: TcpListener,
    shared: Arc<server::Shared>,
    door: Arc<Door>,
    renewal: Renewal,
    page: Telemetry,
    readiness: Readiness,
    process: Process,
    stop: Stop,
    background: Background,
}

impl Webhook {
    /// Opens all sockets and reads the certificate. Nothing is served yet.
    ///
    /// # Errors
    /// When an address is taken or the certificate cannot be used; the message names the flag.
    pub fn bind(
        settings: &Settings,
        admit: Box<Admit>,
        log: Option<LogControl>,
    ) -> anyhow::Result<Self> {
        dumps::forbid();
        // Signals first: whatever is said from here on may be answered by one.
        let background = Background::start()?;
        let registry = Registry::default();
        registry.process()?;
        build::version(&registry)?;
        let (renewal, tls) = Renewal::begin(settings, &registry)?;
        let place = Place::Tcp(settings.listen);
        let sockets = server::bind(&place, 1)
            .with_context(|| format!("--listen: cannot listen on {}", settings.listen))?;
        let socket = sockets.into_iter().next().context("no listener")?;
        let public = socket.address()?.context("no address")?;
        let telemetry = TcpListener::bind(server::address_for(settings.telemetry))
            .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
            .with_context(|| format!("--telemetry: cannot listen on {}", settings.telemetry))?;
        let fit = descriptors::connections_that_fit();
        let server = settings.server(Some(tls), fit);
        let shared = Arc::new(server::Shared::new(&server, &registry)?);
        let metrics = metrics::Metrics::register(&registry)?;
        let readiness = Readiness::new(1);
        let none = Probes::new(&crate::probe::Settings::default())?;
        Ok(Self {
            socket,
            public,
            telemetry,
            door: Arc::new(Door::new(settings, admit, metrics)),
            shared,
            renewal,
            page: Telemetry::new(registry, readiness.clone(), log, none)?,
            readiness,
            process: settings.process(),
            stop: Stop::default(),
            background,
        })
    }

    /// Where reviews are taken; a port that was 0 is filled in.
    pub fn address(&self) -> SocketAddr {
        self.public
    }

    /// Where probes and scrapes go.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn telemetry(&self) -> std::io::Result<SocketAddr> {
        self.telemetry.local_addr()
    }

    /// The means to stop it from elsewhere.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Serves until stopped and drained. Blocks the calling thread.
    ///
    /// # Errors
    /// When a socket cannot be served.
    pub fn run(self) -> anyhow::Result<()> {
        let Self { socket, telemetry, shared, door, renewal, page, .. } = self;
        let Self { readiness, process, stop, background, .. } = self;
        let Background { runtime, mut signals, hangup } = background;
        let (phase, phases) = watch::channel(Phase::Serving);
        let service_for = move |_: Client| {
            let door = Arc::clone(&door);
            move |request| {
                let door = Arc::clone(&door);
                async move { Answer { response: door.answer(request).await, takeover: None } }
            }
        };
        let serving = server::serve(socket, 0, Arc::clone(&shared), phases, service_for);
        runtime.block_on(async {
            let mut beside = JoinSet::new();
            let telemetry = tokio::net::TcpListener::from_std(telemetry)?;
            beside.spawn(pages::serve(telemetry, Arc::new(page)));
            let renewed = Arc::clone(&shared);
            beside.spawn(async move { match renewal.run(&renewed, hangup).await {} });
            let mut served = JoinSet::new();
            served.spawn(serving);
            readiness.worker_serves();
            tokio::select! {
                () = shutdown::asked(&stop, &mut signals) => {}
                Some(ended) = served.join_next() => {
                    ended.context("the listener panicked; please report this")??;
                    anyhow::bail!("the listener ended before it was asked to");
                }
            }
            let drained = async { while served.join_next().await.is_some() {} };
            shutdown::drain(&process, &readiness, &phase, || shared.is_idle(), drained).await;
            drop(beside);
            anyhow::Ok(())
        })?;
        runtime.shutdown_background();
        Ok(())
    }
}
