//! Threads: one single-threaded runtime for each worker, one for everything else. No other file
//! knows of either.
//!
//! A worker owns its listener socket and its connections to the service, so a request stays on
//! one thread from its first byte to its last; only the cache and the metrics are shared.

use std::sync::Arc;
use std::thread;

use anyhow::{Context, anyhow};
use futures_util::future::try_join_all;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::Signal;
use tokio::sync::{mpsc, watch};

use crate::front::{self, Handled, Peer, ReverseProxy, Tunnel};
use crate::server::{self, Answer, Bound, Client, Phase, Takeover};

use super::readiness::Readiness;
use super::shutdown::Signals;
use super::tasks::{self, Beside};
use super::{App, shutdown};

/// Runs `app` to its end.
pub(super) fn run(app: App) -> anyhow::Result<()> {
    let App { sockets, places: _, telemetry, admin, parts, stop, background } = app;
    let Background { runtime: background, mut signals, hangup } = background;
    let (phase, _) = watch::channel(Phase::Serving);
    let (cut, _) = watch::channel(false);
    let (ended, mut ends) = mpsc::channel(sockets.len());
    let workers = sockets
        .into_iter()
        .enumerate()
        .map(|(number, sockets)| {
            let worker = Worker {
                sockets,
                door: Arc::clone(&parts.door),
                server: Arc::clone(&parts.server),
                readiness: parts.readiness.clone(),
                phase: phase.subscribe(),
                cut: cut.subscribe(),
                ended: ended.clone(),
            };
            thread::Builder::new()
                .name(format!("worker-{number}"))
                .spawn(move || worker.run())
                .context("cannot start a worker thread")
        })
        .collect::<Result<Vec<_>, _>>()?;
    drop(ended);

    let process = parts.process.clone();
    let readiness = parts.readiness.clone();
    let server = Arc::clone(&parts.server);
    let died = background.block_on(async {
        let tasks = tasks::start(Beside { telemetry, admin, hangup, parts })?;
        // No worker sends anything; the channel says only that all of them, or one too early,
        // have let go of it.
        let died = tokio::select! {
            () = shutdown::asked(&stop, &mut signals) => false,
            Some(()) = ends.recv() => true,
        };
        let drained = async { while ends.recv().await.is_some() {} };
        let idle = || server.is_idle();
        if !shutdown::drain(&process, &readiness, &phase, idle, drained).await {
            cut.send_replace(true);
        }
        drop(tasks);
        anyhow::Ok(died)
    })?;
    // What still waits for a disk is of no use any more.
    background.shutdown_background();
    for worker in workers {
        worker.join().map_err(|_| anyhow!("a worker panicked; please report this"))??;
    }
    if died { Err(anyhow!("a worker ended before it was asked to")) } else { Ok(()) }
}

/// The runtime of everything that is not a worker, and the signals that it waits for.
pub(super) struct Background {
    pub(super) runtime: Runtime,
    pub(super) signals: Signals,
    pub(super) hangup: Signal,
}

impl Background {
    /// Starts it. Signals are listened for from here on.
    pub(super) fn start() -> anyhow::Result<Self> {
        let runtime = runtime()?;
        let listening = {
            let _within = runtime.enter();
            Signals::listen().and_then(|signals| Ok((signals, shutdown::hangup()?)))
        };
        let (signals, hangup) = listening.context("cannot listen for signals")?;
        Ok(Self { runtime, signals, hangup })
    }
}

/// A runtime on the thread that blocks on it.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_current_thread().enable_all().build().context("cannot start a runtime")
}

/// What one worker thread takes with it.
struct Worker {
    /// One of each listener.
    sockets: Vec<Bound>,
    door: Arc<front::Shared>,
    server: Arc<server::Shared>,
    readiness: Readiness,
    phase: watch::Receiver<Phase>,
    cut: watch::Receiver<bool>,
    ended: mpsc::Sender<()>,
}

impl Worker {
    fn run(self) -> anyhow::Result<()> {
        let early = Early { phase: self.phase.clone(), ended: self.ended.clone() };
        let runtime = runtime()?;
        runtime.block_on(self.serve())?;
        drop(early);
        Ok(())
    }

    async fn serve(self) -> anyhow::Result<()> {
        let books = Arc::clone(&self.door);
        let door = Arc::new(ReverseProxy::new(self.door));
        let for_clients = Arc::clone(&door);
        let service_for = move |client: Client| {
            let door = Arc::clone(&for_clients);
            let peer = Arc::new(peer(&client, &books));
            move |request| {
                let (door, peer) = (Arc::clone(&door), Arc::clone(&peer));
                async move {
                    let Handled { response, tunnel } = door.handle(request, &peer).await;
                    Answer { response, takeover: tunnel.map(takeover) }
                }
            }
        };
        let listeners = self.sockets.into_iter().enumerate().map(|(place, socket)| {
            let (shared, phase) = (Arc::clone(&self.server), self.phase.clone());
            server::serve(socket, place, shared, phase, service_for.clone())
        });
        self.readiness.worker_serves();
        let mut cut = self.cut;
        tokio::select! {
            served = try_join_all(listeners) => {
                served.context("cannot serve a listener's socket")?;
            }
            () = door.tend() => {}
            _ = cut.wait_for(|cut| *cut) => {}
        }
        Ok(())
    }
}

/// Lets a tunnel have its client's connection.
fn takeover(tunnel: Tunnel) -> Takeover {
    Takeover::new(|client, mut leaving| async move {
        tunnel.run(client, leaving.leaving()).await;
    })
}

/// The client, in the door's terms.
fn peer(client: &Client, door: &front::Shared) -> Peer {
    let address = client.address.map(|address| address.ip());
    let peer = Peer::new(address, client.tls.is_some(), client.trusted);
    let mut peer = peer.arriving_at(&client.listener, door);
    if client.trusted {
        let (field, proxies) = (client.client_field.name(), Arc::clone(&client.proxies));
        peer = peer.believing(field, move |address| proxies.contain(Some(address)));
    }
    let Some(tls) = &client.tls else { return peer };
    peer = peer.speaking(tls.version.as_str());
    if let Some(name) = &tls.server_name {
        peer = peer.asking_for(name);
    }
    if let Some(certificate) = &tls.client {
        peer = peer.showing(&certificate.subject, &certificate.fingerprint);
    }
    peer
}

/// Speaks up when a worker ends, by whatever way, before it was asked to.
struct Early {
    phase: watch::Receiver<Phase>,
    ended: mpsc::Sender<()>,
}

impl Drop for Early {
    fn drop(&mut self) {
        if *self.phase.borrow() != Phase::Closing {
            let _ = self.ended.try_send(());
        }
    }
}
