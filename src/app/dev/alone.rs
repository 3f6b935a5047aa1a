//! One part of the trial by itself: containers that share a network hold one part each.

use std::io::Write as _;

use keystone_double::{Double, World};
use tokio::signal::unix::{SignalKind, signal};

use super::{echo, listener};
use crate::cli::{Dev, Part};

/// Serves one part until SIGINT or SIGTERM.
pub(super) fn run(part: Part, trial: &Dev, world: World) -> anyhow::Result<()> {
    let (name, path, socket) = match part {
        Part::Identity => {
            ("identity", "/v3", listener("--keystone-listen", trial.keystone_listen, 5000)?)
        }
        Part::Service => ("service", "", listener("--service-listen", trial.service_listen, 0)?),
    };
    let address = socket.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let socket = tokio::net::TcpListener::from_std(socket)?;
        // Heard from before the address is told: whoever knows it may end this.
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        writeln!(std::io::stdout(), "{name} http://{address}{path}")?;
        let serving = async {
            match part {
                Part::Identity => Double::new(world).serve(socket).await,
                Part::Service => echo::serve(socket).await,
            }
        };
        tokio::select! {
            () = serving => {}
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}
