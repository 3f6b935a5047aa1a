//! The guarded service: a thread for each connection, which reads strictly, asks the judge and
//! answers in a few bytes.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::{Judge, Read, Request, read};

/// What a client asks for to end its connection; the answer is `last`.
pub const LAST: &str = "/public/last";

/// A running service. Dropping it closes its listener; connections end with the proxy's.
pub struct Service {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    judge: Mutex<Judge>,
    objections: Mutex<Vec<String>>,
    count: AtomicU64,
    learning: AtomicBool,
    leaving: AtomicBool,
}

impl Service {
    /// One on loopback, which takes what it sees for the truth until [`Service::judge_from_now`].
    pub fn start(judge: Judge) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { judge: Mutex::new(judge), ..Shared::default() });
        shared.learning.store(true, Ordering::SeqCst);
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if serving.leaving.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&serving);
                std::thread::spawn(move || drop(shared.converse(stream)));
            }
        });
        Self { address, shared }
    }

    /// What to write as `upstream`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Judges every request from now on.
    pub fn judge_from_now(&self) {
        self.shared.learning.store(false, Ordering::SeqCst);
    }

    /// How many requests were received.
    pub fn count(&self) -> u64 {
        self.shared.count.load(Ordering::SeqCst)
    }

    /// What it objected to, each with the request.
    pub fn objections(&self) -> Vec<String> {
        self.shared.objections.lock().unwrap().clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.shared.leaving.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    /// Answers request after request until the proxy closes. What is left then is the beginning
    /// of one whose client has left.
    fn converse(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut bytes = Vec::new();
        let mut piece = [0; 16 * 1024];
        loop {
            match read(&bytes) {
                Read::Whole(request, used) => {
                    bytes.drain(..used);
                    stream.write_all(self.answer(&request).as_bytes())?;
                }
                Read::Wrong(why) => {
                    self.object(why, &String::from_utf8_lossy(&bytes));
                    return Ok(());
                }
                Read::Part => match stream.read(&mut piece)? {
                    0 => return Ok(()),
                    read => bytes.extend_from_slice(&piece[..read]),
                },
            }
        }
    }

    fn answer(&self, request: &Request) -> &'static str {
        self.count.fetch_add(1, Ordering::SeqCst);
        if self.learning.load(Ordering::SeqCst) {
            self.judge.lock().unwrap().learn(request);
        } else {
            let judged = self.judge.lock().unwrap().judge(request);
            if let Err(why) = judged {
                self.object(&why, &format!("{request:?}"));
            }
        }
        match (&*request.method, &*request.target) {
            ("HEAD", _) => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
            ("GET", LAST) => "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast",
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        }
    }

    fn object(&self, why: &str, about: &str) {
        let mut objections = self.objections.lock().unwrap();
        // One is enough to fail; a hundred are enough to understand.
        if objections.len() < 100 {
            objections.push(format!("{why}: {about}"));
        }
    }
}
