//! A client that sends any bytes and waits until the proxy has made up its mind.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// What came of a connection.
#[derive(Debug)]
pub struct Exchange {
    /// All that came back.
    pub answers: Vec<u8>,
    /// The proxy had not closed when it long should have.
    pub hung: bool,
}

/// How long the proxy may be silent before the client says that no more will come: a request that
/// states more body than there is would wait for the rest.
const PATIENCE: Duration = Duration::from_millis(20);

/// When a connection that was half closed must have ended: the stage's header timeout, and 2 s.
const DEADLINE: Duration = Duration::from_secs(5);

/// Sends `bytes` over a connection of their own and reads until the proxy closes it, by itself or
/// because it was told that no more will come.
pub fn send(address: SocketAddr, bytes: &[u8]) -> Exchange {
    send_within(address, bytes, PATIENCE)
}

/// The same for requests that are honest, and must be answered however busy the machine is.
pub fn ask(address: SocketAddr, bytes: &[u8]) -> Exchange {
    send_within(address, bytes, DEADLINE)
}

/// The same with another patience.
pub fn send_within(address: SocketAddr, bytes: &[u8], patience: Duration) -> Exchange {
    let mut stream = TcpStream::connect_timeout(&address, DEADLINE).expect("a connection");
    stream.set_nodelay(true).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    // A proxy that closes early has read enough.
    let _ = stream.write_all(bytes);
    let mut answers = Vec::new();
    let mut finished = false;
    let mut piece = [0; 16 * 1024];
    stream.set_read_timeout(Some(patience)).unwrap();
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return Exchange { answers, hung: false },
            Ok(read) => answers.extend_from_slice(&piece[..read]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() != ErrorKind::WouldBlock => {
                // Reset: it closed with bytes of ours unread.
                return Exchange { answers, hung: false };
            }
            Err(_) if finished => return Exchange { answers, hung: true },
            Err(_) => {
                let _ = stream.shutdown(Shutdown::Write);
                stream.set_read_timeout(Some(DEADLINE)).unwrap();
                finished = true;
            }
        }
    }
}

impl Exchange {
    /// How many final answers came. Nothing that clients send is in any of them, so no status line
    /// is anything else.
    pub fn count(&self) -> usize {
        let lines = self.answers.windows(10).filter(|line| line.starts_with(b"HTTP/1."));
        lines.filter(|line| line[8] == b' ' && line[9] != b'1').count()
    }
}
