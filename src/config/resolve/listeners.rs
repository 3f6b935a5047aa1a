//! The addresses we listen on, and how clients are served there.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::reader::Reader;
use super::tls;
use crate::config::errors::Problems;
use crate::config::layers::Layers;
use crate::config::model::Process;
use crate::config::origin::Origin;
use crate::config::routes::Written;
use crate::config::settings;
use crate::config::yaml::{Content, Entry, Node, Scalar};
use crate::front::WebSockets;
use crate::server::{BadPeers, Http2, Limits, Listener, Manner, Peers, Place};
use crate::upstream::Pace;
use crate::{front, server};

/// Threads, side doors and the end of the process.
pub(super) fn process(reader: &mut Reader<'_>) -> Process {
    let workers = match reader.count("server.workers") {
        // Zero is not a legal value: it stands for `auto`.
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let admin = reader.address("admin.listen");
    if admin.is_some_and(|address| !address.ip().to_canonical().is_loopback()) {
        let message = "is not a loopback address, and this listener asks nobody who they are; \
                       write one as in 127.0.0.1:9181, or off";
        reader.refuse_value("admin.listen", message);
    }
    Process {
        workers,
        telemetry: reader.address("telemetry.listen"),
        admin,
        drain_delay: reader.duration("server.drain_delay"),
        drain_timeout: reader.duration("server.drain_timeout"),
    }
}

/// Where and how clients are served.
pub(super) fn server(
    reader: &mut Reader<'_>,
    layers: &Layers,
    written: &Written,
) -> server::Settings {
    let first = listener(reader, "public");
    let mut listeners = named(reader, layers, written);
    if listeners.is_empty() || reader.was_written("listen") {
        listeners.splice(..0, first);
    }
    server::Settings {
        listeners,
        max_connections: reader.count("server.max_connections"),
        limits: limits(reader),
    }
}

/// The listener that the options of a reader describe.
fn listener(reader: &mut Reader<'_>, name: &str) -> Option<Listener> {
    let mode = match reader.text("listener.socket_users").as_deref() {
        Some("everybody") => 0o666,
        Some("group") => 0o660,
        _ => 0o600,
    };
    let place = match (reader.address("listen"), reader.text("listen")) {
        (Some(address), _) => Some(Place::Tcp(address)),
        (None, Some(path)) => Some(Place::Unix { path: path.into(), mode }),
        (None, None) => None,
    };
    let wanted = reader.text("listener.tls");
    let tls = tls::tls(reader).filter(|_| wanted.as_deref() != Some("off"));
    if wanted.as_deref() == Some("on") && reader.list("tls.certificate_file").is_empty() {
        let message = "needs a certificate; set tls.certificate_file and tls.key_file";
        reader.refuse("listener.tls", message);
    }
    let trusted = trusted(reader);
    let proxy_protocol = reader.boolean("listener.proxy_protocol");
    if mode == 0o666 && trusted.contain(None) {
        reader.warn_once(vec![
            "listener.socket_users is everybody and trusted_proxies has unix: every user of this \
             host can pose as any client; leave one of them out"
                .to_owned(),
        ]);
    }
    if proxy_protocol && trusted.is_empty() {
        let message = "nobody may connect then: name the balancers in listener.trusted_proxies";
        reader.refuse("listener.proxy_protocol", message);
    }
    let proxy_timeout = reader.duration("listener.proxy_timeout");
    let manner = Manner { trusted: Arc::new(trusted), proxy_protocol, proxy_timeout, tls };
    Some(Listener { name: name.into(), place: place?, manner })
}

fn trusted(reader: &mut Reader<'_>) -> Peers {
    const KEY: &str = "listener.trusted_proxies";
    let mut peers = Peers::default();
    for text in reader.list(KEY) {
        let message = match peers.add(&text) {
            Ok(()) => continue,
            Err(BadPeers::NotANetwork) => {
                format!("{text:?} is no network; write one as in 10.0.0.0/8, an address, or unix")
            }
            Err(BadPeers::Everybody) => {
                format!("{text:?} is everybody, who could pose as anybody; name your proxies")
            }
            Err(BadPeers::Either(network)) => {
                let address = text.split('/').next().unwrap_or_default();
                format!(
                    "{text:?} is an address and a network at once; write {network} for all of it, \
                     or {address}"
                )
            }
        };
        reader.refuse(KEY, &message);
    }
    peers
}

fn limits(reader: &mut Reader<'_>) -> Limits {
    let max_streams = reader.integer("http2.max_streams");
    let max_header_list = reader.integer("http2.max_header_list");
    if max_streams * max_header_list > MOST_HEADS {
        let streams = (MOST_HEADS / max_header_list.max(1)).max(1);
        let message = format!(
            "allows one connection more than 2 MiB of heads; lower http2.max_streams to {streams}, \
             or this"
        );
        reader.refuse_value("http2.max_header_list", &message);
    }
    Limits {
        header_timeout: reader.duration("server.header_timeout"),
        keepalive_timeout: reader.duration("server.keepalive_timeout"),
        write_timeout: reader.duration("server.write_timeout"),
        max_header_bytes: reader.count("server.max_header_bytes"),
        max_headers: reader.count("server.max_headers"),
        max_per_address: Some(reader.count("server.max_connections_per_address"))
            .filter(|most| *most > 0),
        max_requests: reader.integer("server.keepalive_requests"),
        http2: Http2 {
            enabled: reader.boolean("http2.enabled"),
            max_streams: narrow(max_streams),
            max_header_list: narrow(max_header_list),
            stream_window: narrow(reader.integer("http2.stream_window")),
            connection_window: narrow(reader.integer("http2.connection_window")),
            max_control_frames: narrow(reader.integer("http2.max_control_frames")),
        },
    }
}

/// What the decoded heads of one HTTP/2 connection may take.
const MOST_HEADS: u64 = 2 * 1024 * 1024;

/// The table bounds all of these far below.
fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// More places, by name: each says where it is, and of the sections about listeners what is
/// different there.
fn named(reader: &mut Reader<'_>, layers: &Layers, written: &Written) -> Vec<Listener> {
    let mut problems = Problems::default();
    let mut all = Vec::new();
    for (file, entry) in written.listeners(&mut problems) {
        let origin = Origin::WholeFile(file.clone());
        let name = entry.key.as_str();
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if name == "public" || name.is_empty() || !name.chars().all(plain) {
            let message =
                "is a label of metrics; write letters, digits and _-., but not \"public\"";
            problems.add(&origin, &format!("listeners.{name}"), message);
        }
        let mut own_layers = layers.only(&OF_A_LISTENER);
        let mut own = Problems::default();
        own_layers.add_file(file, as_sections(entry), &mut own);
        if own_layers.get("listen").is_none() {
            let message = "does not say where: add listen, as in \"listen: 0.0.0.0:8443\"";
            problems.add(&origin, &format!("listeners.{name}"), message);
            problems.adopt_as(own, |key, _| own_key(name, key));
            continue;
        }
        let mut warnings = Vec::new();
        let environment = reader.environment();
        let settings = settings::read(&own_layers, environment, &origin, &mut own, &mut warnings);
        let mut its = Reader::new(&settings, environment, &mut own, warnings);
        all.extend(listener(&mut its, name));
        let warnings = std::mem::take(&mut its.warnings);
        reader.warn_once(warnings);
        // What stands in the sections for all listeners has the name that it has there.
        let shared = |key: &str, at: &Origin| layers.get(key).is_some_and(|one| one.origin == *at);
        let called = |key: &str, at: &Origin| {
            if shared(key, at) { key.to_owned() } else { own_key(name, key) }
        };
        problems.adopt_as(own, called);
    }
    reader.adopt(problems);
    all
}

/// What a key is called that a named listener has of its own.
fn own_key(name: &str, key: &str) -> String {
    format!("listeners.{name}.{}", key.strip_prefix("listener.").unwrap_or(key))
}

/// The sections that a listener can have of its own.
const OF_A_LISTENER: [&str; 3] = ["listener", "tls", "http2"];

/// The keys of a named listener, where a file has them: `listen` at its top, the rest below
/// `listener`.
fn as_sections(entry: &Entry) -> Node {
    let at = entry.key_at;
    let top =
        |key: &str, content| Entry { key: key.into(), key_at: at, value: Node { at, content } };
    let mut entries = Vec::new();
    match &entry.value.content {
        Content::Mapping(members) => {
            let (places, mut rest): (Vec<_>, Vec<_>) =
                members.iter().cloned().partition(|member| match member.key.as_str() {
                    "listen" => true,
                    // `tls: off` is about the listener, `tls: {...}` about TLS.
                    "tls" => matches!(member.value.content, Content::Mapping(_)),
                    _ => false,
                });
            // Who writes certificates for a listener wants it to show them, whatever others do.
            if places.iter().any(|member| member.key == "tls") {
                let yes = Scalar { text: "on".to_owned(), plain: true };
                rest.push(top("tls", Content::Scalar(yes)));
            }
            entries.extend(places);
            if !rest.is_empty() {
                entries.push(top("listener", Content::Mapping(rest)));
            }
        }
        // A place by itself.
        place => entries.push(top("listen", place.clone())),
    }
    Node { at, content: Content::Mapping(entries) }
}

/// Two listeners on one address would take turns: both set `SO_REUSEPORT`, so the kernel does not
/// refuse it.
pub(super) fn refuse_shared_addresses(reader: &mut Reader<'_>, server: &server::Settings) {
    let mut seen: Vec<(String, SocketAddr)> = Vec::new();
    let mut paths = Vec::new();
    for Listener { name, place, .. } in &server.listeners {
        let key = if **name == *"public" { "listen".into() } else { format!("listeners.{name}") };
        match place {
            Place::Tcp(address) => refuse_taken(reader, key, *address, &mut seen),
            Place::Unix { path, .. } if paths.contains(&path) => {
                let message = "is also the socket of another listener; choose another";
                reader.complain(&key, &format!("{} {message}", path.display()));
            }
            Place::Unix { path, .. } => paths.push(path),
        }
    }
    for key in ["telemetry.listen", "admin.listen"] {
        if let Some(address) = reader.address(key) {
            refuse_taken(reader, key.into(), address, &mut seen);
        }
    }
}

fn refuse_taken(
    reader: &mut Reader<'_>,
    key: String,
    address: SocketAddr,
    seen: &mut Vec<(String, SocketAddr)>,
) {
    if address.port() == 0 {
        return;
    }
    let taken = |other: &SocketAddr| {
        other.port() == address.port()
            && (includes(other.ip(), address.ip()) || includes(address.ip(), other.ip()))
    };
    if let Some((earlier, _)) = seen.iter().find(|(_, other)| taken(other)) {
        let message = format!("is taken by the address of {earlier}; choose another");
        if key.starts_with("listeners.") {
            reader.complain(&key, &format!("{address} {message}"));
        } else {
            reader.refuse_value(&key, &message);
        }
    }
    seen.push((key, address));
}

/// Whether a listener on all of `these` takes the port of `that`, too. `[::]` is both families.
fn includes(these: IpAddr, that: IpAddr) -> bool {
    let that = that.to_canonical();
    match these.to_canonical() {
        IpAddr::V6(these) if these.is_unspecified() => true,
        IpAddr::V4(these) if these.is_unspecified() => that.is_ipv4(),
        this => this == that,
    }
}

/// The longest token; it must leave room for the rest of the head.
pub(super) fn max_token_bytes(reader: &mut Reader<'_>, max_header_bytes: usize) -> usize {
    let max_token_bytes = reader.count("server.max_token");
    if max_token_bytes >= max_header_bytes && !reader.was_refused("server.max_header_bytes") {
        let message = "leaves no room in server.max_header_bytes for anything but the token; \
                       lower this or raise that";
        reader.refuse_value("server.max_token", message);
    }
    max_token_bytes
}

/// The door; `None` when the address to tell clients is not known.
pub(super) fn front(
    reader: &mut Reader<'_>,
    www_authenticate_uri: Option<String>,
) -> Option<front::Settings> {
    let deprecated = reader.boolean("headers.deprecated");
    let max_fields = reader.count("server.max_headers");
    let max_requests = reader.integer("server.max_requests");
    let websockets = WebSockets {
        idle_timeout: reader.duration("websocket.idle_timeout"),
        max_lifetime: Some(reader.duration("websocket.max_lifetime"))
            .filter(|most| !most.is_zero()),
        grace: reader.duration("websocket.grace"),
    };
    let pace = Pace {
        idle: reader.limit("server.body_timeout"),
        min_rate: reader.integer("server.body_min_rate"),
    };
    Some(front::Settings {
        www_authenticate_uri: www_authenticate_uri?,
        deprecated,
        max_fields,
        max_requests,
        websockets,
        pace,
    })
}
