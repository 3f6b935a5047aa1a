//! Who counts what passes between a client and the proxy. h2load itself reports as failed what it
//! meant to ask and, told to go away in the same breath, never sent.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::support::frames::{PREFACE, flag, kind};

/// A relay that reads the frames of HTTP/2 without TLS as they pass.
pub(super) struct Witness {
    pub(super) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

/// The requests of all connections, by connection and stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) sent: BTreeSet<(usize, u32)>,
    /// Of them, those whose answer came with its last frame.
    pub(super) answered: BTreeSet<(usize, u32)>,
    /// How often the proxy asked a client to go away.
    pub(super) farewells: usize,
}

impl Witness {
    /// One before a proxy that serves clients until they go.
    #[track_caller]
    pub(super) fn before(proxy: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let witness = Self { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let seen = Arc::clone(&witness.seen);
        // It ends with the process, as whoever else waits to be connected to.
        std::thread::spawn(move || {
            for (number, client) in listener.incoming().flatten().enumerate() {
                let Ok(server) = TcpStream::connect(proxy) else { continue };
                let ends = [(&client, &server), (&server, &client)];
                for (from_client, (from, to)) in [true, false].into_iter().zip(ends) {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let seen = Arc::clone(&seen);
                    std::thread::spawn(move || {
                        let note = |frame: &[u8; HEAD]| {
                            seen.lock().unwrap().note(from_client, number, frame);
                        };
                        // Whoever closes ends it, one way or the other.
                        let _ = pass(&from, &to, from_client, note);
                        let _ = to.shutdown(Shutdown::Write);
                    });
                }
            }
        });
        witness
    }

    /// What has passed so far.
    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

impl Seen {
    fn note(&mut self, from_client: bool, connection: usize, frame: &[u8; HEAD]) {
        let stream = u32::from_be_bytes([frame[5], frame[6], frame[7], frame[8]]);
        let is_last = frame[4] & flag::END_STREAM != 0;
        match (from_client, frame[3]) {
            (true, kind::HEADERS) => drop(self.sent.insert((connection, stream))),
            (false, kind::HEADERS | kind::DATA) if is_last => {
                self.answered.insert((connection, stream));
            }
            (false, kind::GOAWAY) => self.farewells += 1,
            _ => {}
        }
    }
}

/// Passes frames on one by one, each noted before it goes.
fn pass(
    mut from: &TcpStream,
    mut to: &TcpStream,
    from_client: bool,
    note: impl Fn(&[u8; HEAD]),
) -> io::Result<()> {
    if from_client {
        let mut preface = [0; PREFACE.len()];
        from.read_exact(&mut preface)?;
        to.write_all(&preface)?;
    }
    let mut frame = Vec::new();
    loop {
        let mut head = [0; HEAD];
        from.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        frame.clear();
        frame.extend_from_slice(&head);
        from.take(length.into()).read_to_end(&mut frame)?;
        note(&head);
        to.write_all(&frame)?;
    }
}

/// What stands before the payload of a frame (RFC 9113, section 4.1).
const HEAD: usize = 9;
