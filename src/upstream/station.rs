//! What all requests of one worker to one service share.

use std::sync::Arc;

use http::HeaderValue;

use crate::dial::{Dialer, Protocol};

use super::error::{SetupError, UpstreamError};
use super::http1::Pool;
use super::http2::Bundle;
use super::metrics::Named;
use super::settings::{Deadlines, Settings};
use super::shares::{Asker, Share, Shares};

/// What all requests of one worker to one service share.
pub(super) struct Station {
    pub(super) dialer: Arc<Dialer>,
    pub(super) connections: Connections,
    /// What to write in `Host` when the client said nothing.
    pub(super) authority: HeaderValue,
    pub(super) deadlines: Deadlines,
    pub(super) metrics: Named,
    max_pending: i64,
    /// How many of them may be one client's; `None` shares nothing out.
    shares: Option<Arc<Shares>>,
    pub(super) settings: Arc<Settings>,
}

/// The connections that there are, by what is spoken on them.
pub(super) enum Connections {
    Http1(Pool),
    Http2(Bundle),
}

impl Station {
    pub(super) fn new(settings: &Settings, metrics: Named) -> Result<Self, SetupError> {
        let endpoint = settings.endpoint.clone();
        let authority = endpoint.authority.parse().map_err(|_| SetupError::Authority)?;
        let dialer = Dialer::speaking(settings.protocol, endpoint, settings.connect_timeout)?;
        let connections = match settings.protocol {
            Protocol::Http1 => {
                Connections::Http1(Pool::new(settings.max_idle, settings.idle_timeout))
            }
            Protocol::Http2 => Connections::Http2(Bundle::new(
                settings.multiplexing,
                settings.connect_timeout,
                settings.idle_timeout,
            )),
        };
        Ok(Self {
            dialer: Arc::new(dialer),
            connections,
            authority,
            deadlines: settings.deadlines,
            metrics,
            max_pending: settings.max_pending.into(),
            shares: settings.max_pending_per_client.map(Shares::of).map(Arc::new),
            settings: Arc::new(settings.clone()),
        })
    }

    /// The same for another worker: with connections of its own, and one count of what is under
    /// way.
    pub(super) fn another(&self) -> Self {
        let connections = match &self.connections {
            Connections::Http1(pool) => Connections::Http1(pool.empty()),
            Connections::Http2(bundle) => Connections::Http2(bundle.empty()),
        };
        Self {
            dialer: Arc::clone(&self.dialer),
            connections,
            authority: self.authority.clone(),
            deadlines: self.deadlines,
            metrics: self.metrics.clone(),
            max_pending: self.max_pending,
            shares: self.shares.clone(),
            settings: Arc::clone(&self.settings),
        }
    }

    /// Lets go of connections that nobody uses any more.
    pub(super) fn sweep(&self) {
        match &self.connections {
            Connections::Http1(pool) => pool.sweep(),
            Connections::Http2(bundle) => bundle.sweep(),
        }
    }
}

/// One of the requests that may be under way at once, until the end of its response.
pub(super) struct Place {
    station: Arc<Station>,
    _share: Option<Share>,
}

impl Place {
    /// Takes one for `asker`. Workers that take one at the same moment may exceed the number of all
    /// by one each.
    ///
    /// # Errors
    /// When there are none left, or none for `asker`.
    pub(super) fn take(station: &Arc<Station>, asker: Asker<'_>) -> Result<Self, UpstreamError> {
        if station.metrics.in_flight.get() >= station.max_pending {
            return Err(UpstreamError::Full);
        }
        let share = match &station.shares {
            Some(shares) => Some(shares.take(asker).ok_or(UpstreamError::Share)?),
            None => None,
        };
        station.metrics.in_flight.inc();
        Ok(Self { station: Arc::clone(station), _share: share })
    }

    /// Where the place is.
    pub(super) fn station(&self) -> &Station {
        &self.station
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.station.metrics.in_flight.dec();
    }
}
