//! One client connection, from its first byte to its last: what comes before HTTP, which HTTP it
//! is, and how it ends.

use std::io;
use std::sync::Arc;

use http::{Request, Version};
use http_body::Body;
use hyper::body::Incoming;
use tokio::sync::watch;
use tokio::time::timeout;

use super::activity::Activity;
use super::announced::{self, Announced};
use super::client::Client;
use super::crowd::{Admitted, Crowd};
use super::life::Life;
use super::metrics::Ended;
use super::settings::Manner;
use super::socket::Socket;
use super::stream::Stream;
use super::takeover::Answer;
use super::watched::Watched;
use super::{Entrance, Guard, Limits, Phase, http1, http2};

/// A connection that was accepted, and what holds for it to its end.
pub(super) struct Accepted {
    pub(super) socket: Socket,
    pub(super) client: Client,
    pub(super) entrance: Arc<Entrance>,
    pub(super) limits: Arc<Limits>,
    pub(super) crowd: Arc<Crowd>,
    pub(super) phase: watch::Receiver<Phase>,
    pub(super) guard: Guard,
}

/// Serves it until either side ends it, or until the requests in progress when its phase comes to
/// closing are answered.
pub(super) async fn run<F, S, R, B>(accepted: Accepted, service_for: F)
where
    F: FnOnce(Client) -> S,
    S: Fn(Request<Incoming>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Answer<B>> + Send + 'static,
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: std::error::Error + Send + Sync,
{
    let Accepted { socket, mut client, entrance, limits, crowd, phase, guard } = accepted;
    let activity = Activity::new();
    let manner = entrance.manner();
    let opening = async {
        let mut socket = Watched::new(socket, Arc::clone(&activity));
        hear_the_balancer(&mut socket, &mut client, &manner).await?;
        let admitted = admit(&client, &limits, &crowd)?;
        let mut stream = match &entrance.terminator {
            None => Stream::Plain(socket),
            Some(terminator) => {
                let secured = terminator.accept(socket, client.address).await;
                let secured = secured.map_err(|_| Ended::Tls)?;
                client.tls = Some(secured.facts);
                Stream::Tls(secured.stream)
            }
        };
        let version = which(&mut stream, &limits).await?;
        Ok::<_, Ended>((stream, version, admitted))
    };
    let opened = tokio::select! {
        // What has come already is looked at first, whoever it is from.
        biased;
        opened = opening => opened,
        () = closing(phase.clone()) => return,
    };
    // Counted as one of its client's to the end.
    let (stream, version, _admitted) = match opened {
        Ok(opened) => opened,
        Err(why) => return guard.count(why),
    };
    activity.begin(version == Version::HTTP_2);
    let life = Life::new(activity, limits, phase, guard);
    let service = service_for(client);
    if version == Version::HTTP_2 {
        // Large, and most connections are of the other kind.
        Box::pin(http2::run(stream, service, life)).await;
    } else {
        http1::run(stream, service, life).await;
    }
}

/// Counts the connection among those of its client's address. Trusted proxies have as many as they
/// like, for theirs are many clients', and so has whoever has no address.
fn admit(client: &Client, limits: &Limits, crowd: &Arc<Crowd>) -> Result<Option<Admitted>, Ended> {
    let counted = client.address.filter(|_| !client.trusted).zip(limits.max_per_address);
    let Some((address, most)) = counted else { return Ok(None) };
    crowd.admit(address.ip(), most).map(Some).ok_or(Ended::Crowd)
}

/// Waits for the end of the process. Nobody who has said nothing yet is waited for.
async fn closing(mut phase: watch::Receiver<Phase>) {
    // An error means that nobody is left to say anything: close.
    let _ = phase.wait_for(|phase| *phase == Phase::Closing).await;
}

/// Reads the PROXY header, if the listener wants one.
async fn hear_the_balancer(
    socket: &mut Watched,
    client: &mut Client,
    manner: &Manner,
) -> Result<(), Ended> {
    if manner.proxy_protocol {
        if !client.trusted {
            return Err(Ended::ProxyHeader);
        }
        let header = timeout(manner.proxy_timeout, socket.look(announced::read)).await;
        let Ok(Ok(Ok((announced, length)))) = header else { return Err(Ended::ProxyHeader) };
        socket.skip(length);
        match announced {
            Announced::Peer => {}
            Announced::Unknown => (client.address, client.trusted) = (None, false),
            Announced::Client(address) => {
                client.address = Some(address);
                client.trusted = manner.trusted.contain(Some(address.ip()));
            }
        }
    }
    Ok(())
}

/// Which HTTP the client speaks: by its agreement with us, or by its first bytes (RFC 9113, section
/// 3.3).
async fn which(stream: &mut Stream, limits: &Limits) -> Result<Version, Ended> {
    match stream {
        Stream::Tls(stream) => {
            let agreed = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            Ok(if agreed { Version::HTTP_2 } else { Version::HTTP_11 })
        }
        Stream::Plain(_) if !limits.http2.enabled => Ok(Version::HTTP_11),
        Stream::Plain(socket) => match timeout(limits.header_timeout, socket.look(begins)).await {
            Ok(Ok(version)) => Ok(version),
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                // Gone before it said anything, or not much: HTTP/1 knows what to make of that.
                Ok(Version::HTTP_11)
            }
            Ok(Err(_)) => Err(Ended::Protocol),
            Err(_) => Err(Ended::HeadTimeout),
        },
    }
}

/// What an HTTP/2 client says first (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn begins(bytes: &[u8]) -> Option<Version> {
    if bytes.starts_with(PREFACE) {
        return Some(Version::HTTP_2);
    }
    let so_far = !bytes.is_empty() && PREFACE.starts_with(bytes);
    (!so_far && !bytes.is_empty()).then_some(Version::HTTP_11)
}
