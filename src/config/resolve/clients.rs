//! How clients are served, wherever they come.

use super::reader::Reader;
use crate::front::{self, WebSockets};
use crate::server::{Http2, Limits};
use crate::upstream::Pace;

/// What bounds a connection.
pub(super) fn limits(reader: &mut Reader<'_>) -> Limits {
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
