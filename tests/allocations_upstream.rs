//! What passing a request on costs in memory: with a connection at hand, our own code adds nothing
//! to what the HTTP library needs. A binary of its own, because the counting allocator counts for
//! the whole process.

#![expect(unsafe_code, reason = "a global allocator is unsafe by its trait; it only counts")]
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use http::Request;
use http_body_util::BodyExt;
use portcullis::dial::{Endpoint, Multiplexing, Protocol, Trust};
use portcullis::telemetry::Registry;
use portcullis::upstream::{Asker, Deadlines, Metrics, RequestBody, Settings, Upstream, Wish};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Measured when written; only ever lowered.
const MOST: u64 = 4;

#[test]
fn a_request_over_a_kept_connection_allocates_what_the_library_needs() {
    let upstream = upstream(&service());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let counts: Vec<u64> = (0..200).map(|_| runtime.block_on(exchange(&upstream))).collect();
    let (_, warm) = counts.split_at(20);
    // The channel between a connection's two halves takes a new block now and then.
    let costly = warm.iter().filter(|count| **count > MOST).count();
    assert!(costly <= warm.len() / 16, "{warm:?}");
}

/// How much one exchange allocates, its body included.
async fn exchange(upstream: &Upstream) -> u64 {
    let request = Request::builder().uri("/").header("host", "s").body(RequestBody::empty());
    let request = request.unwrap();
    let before = ALLOCATIONS.with(Cell::get);
    let exchanged = upstream.forward(request, Wish::Response, Asker::Nobody, |_| None).await;
    let mut body = exchanged.result.unwrap().into_body();
    while let Some(frame) = body.frame().await {
        frame.unwrap();
    }
    drop(body);
    ALLOCATIONS.with(Cell::get) - before
}

fn upstream(url: &str) -> Upstream {
    let (endpoint, _) = Endpoint::parse(url, Trust::System).unwrap();
    let limit = Some(Duration::from_mins(5));
    let settings = Settings {
        endpoint,
        protocol: Protocol::Http1,
        connect_timeout: Duration::from_secs(5),
        deadlines: Deadlines { response: Duration::from_mins(1), body: limit, total: limit },
        idle_timeout: Duration::from_mins(1),
        max_age: None,
        max_idle: 8,
        multiplexing: Multiplexing { max_streams: 100, ping_interval: None },
        max_pending: 100,
        max_pending_per_client: None,
    };
    let metrics = Metrics::register(&Registry::default()).unwrap();
    Upstream::new("default", &settings, &metrics).unwrap()
}

/// A service that answers everything in the same way, on a thread of its own.
fn service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut piece = [0; 4096];
        // Requests are small and come one at a time: each is read whole.
        while let Ok(1..) = stream.read(&mut piece) {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").unwrap();
        }
    });
    url
}
