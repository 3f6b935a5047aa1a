//! A tunnel that was asked for, until the service has said what it makes of that.

use std::sync::Arc;

use http::Response;

use crate::identity::Identity;
use crate::upstream::{ResponseBody, UpstreamError};

use super::WebSockets;
use super::handshake::{Handshake, switch};
use super::open::{Moment, Open, Tunnels};
use super::story::Story;
use super::tunnel::Tunnel;

/// A tunnel that was asked for. From here on it can be ended, also while the service makes up its
/// mind.
pub(in crate::front) struct Attempt {
    handshake: Handshake,
    open: Open,
}

impl Attempt {
    /// One by `user`'s token, among those that are open, asked for at that `moment`.
    pub(in crate::front) fn new(
        (handshake, moment): (Handshake, Moment),
        tunnels: &Arc<Tunnels>,
        user: Option<Arc<Identity>>,
        settings: WebSockets,
        story: Option<Box<Story>>,
    ) -> Self {
        Self { handshake, open: tunnels.open(moment, user, settings, story) }
    }
}

/// What the service's answer makes of it: a tunnel, where it has understood and granted it, and an
/// answer like any other where it has not, or where nobody asked.
///
/// # Errors
/// When it switches protocols without a word that belongs to the request.
pub(in crate::front) fn settle(
    attempt: Option<Attempt>,
    mut response: Response<ResponseBody>,
) -> Result<(Response<ResponseBody>, Option<Tunnel>), UpstreamError> {
    let Some(service) = response.body_mut().take_tunnel() else { return Ok((response, None)) };
    let granted = attempt.filter(|attempt| attempt.handshake.is_granted(response.headers()));
    let Attempt { open, .. } = granted.ok_or(UpstreamError::Unusable)?;
    switch(response.headers_mut());
    Ok((response, Some(Tunnel { service, open })))
}
