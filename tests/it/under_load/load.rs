//! Load: clients that ask by a fixed schedule, whatever becomes of their requests, and the books of
//! what became of them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::ClientConfig;
use tokio::time::{Instant, interval_at, timeout};

use super::line::{Line, Next, Outcome};
use crate::support::{DEADLINE, eventually};

/// How some clients behave.
#[derive(Clone)]
pub(super) struct Crowd {
    /// How many they are.
    pub(super) clients: u32,
    /// Whether they speak HTTP/2.
    pub(super) http2: bool,
    /// Whether they keep their connection, or make another for each request.
    pub(super) keep: bool,
}

/// Where clients ask, and as whom.
#[derive(Clone)]
pub(super) struct Aim {
    /// Whoever is asked to leave one goes to the next.
    pub(super) addresses: Vec<SocketAddr>,
    /// How, where it is over TLS.
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) token: String,
}

/// Requests that come all the time.
pub(super) struct Load {
    books: Arc<Books>,
    thread: Option<JoinHandle<()>>,
    since: Instant,
}

#[derive(Default)]
struct Books {
    over: AtomicBool,
    answered: AtomicU64,
    /// Connections of those who keep theirs.
    kept: AtomicU64,
    moved: AtomicU64,
    asked_to_move: AtomicU64,
    failures: Mutex<Vec<String>>,
}

/// What became of all requests.
#[derive(Debug)]
pub(super) struct Tally {
    /// Answered with 200.
    pub(super) answered: u64,
    /// Connections that those who keep theirs have made.
    pub(super) kept: u64,
    /// How often a client went to another address.
    pub(super) moved: u64,
    /// How often an answer had asked it to.
    pub(super) asked_to_move: u64,
    /// What went wrong; nothing else did.
    pub(super) failures: Vec<String>,
}

/// How often each client asks. The schedule does not wait for slow answers: what was missed is
/// made up for.
fn every() -> Duration {
    Duration::from_millis(if is_full() { 24 } else { 60 })
}

/// Whether all of it is wanted, a thousand requests a second, and not what a build machine has time
/// for.
pub(super) fn is_full() -> bool {
    std::env::var_os("PORTCULLIS_UNDER_LOAD").is_some_and(|asked| asked == "full")
}

impl Load {
    /// Begins.
    pub(super) fn start(aim: &Aim, crowds: &[Crowd]) -> Self {
        let books = Arc::new(Books::default());
        let (aim, crowds, kept) = (aim.clone(), crowds.to_vec(), Arc::clone(&books));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let all: u32 = crowds.iter().map(|crowd| crowd.clients).sum();
                let each = crowds.iter().flat_map(|crowd| (0..crowd.clients).map(move |_| crowd));
                let clients = each.zip(0_u32..).map(|(crowd, number)| {
                    // Spread over the period, so that requests come one by one.
                    let start = Instant::now() + every() * number / all;
                    client(aim.clone(), crowd.clone(), start, Arc::clone(&kept))
                });
                futures_util::future::join_all(clients).await;
            });
        });
        Self { books, thread: Some(thread), since: Instant::now() }
    }

    /// Waits until so many more requests have been answered than by now.
    #[track_caller]
    pub(super) fn go_on_for(&self, requests: u64) {
        let until = self.books.answered.load(Ordering::SeqCst) + requests;
        eventually("requests are answered", || {
            self.books.answered.load(Ordering::SeqCst) >= until || self.has_failed()
        });
    }

    #[expect(clippy::print_stdout, reason = "whoever asks for all of it wants to see the rate")]
    fn tell(&self) {
        let answered = self.books.answered.load(Ordering::SeqCst);
        let took = self.since.elapsed().as_millis();
        println!("{answered} requests, {} a second", u128::from(answered) * 1000 / took.max(1));
    }

    fn has_failed(&self) -> bool {
        !self.books.failures.lock().unwrap().is_empty()
    }

    /// Ends, and says what became of all requests.
    #[track_caller]
    pub(super) fn stop(mut self) -> Tally {
        self.books.over.store(true, Ordering::SeqCst);
        self.thread.take().unwrap().join().expect("the clients end well");
        if is_full() {
            self.tell();
        }
        Tally {
            answered: self.books.answered.load(Ordering::SeqCst),
            kept: self.books.kept.load(Ordering::SeqCst),
            moved: self.books.moved.load(Ordering::SeqCst),
            asked_to_move: self.books.asked_to_move.load(Ordering::SeqCst),
            failures: std::mem::take(&mut *self.books.failures.lock().unwrap()),
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.books.over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn client(mut aim: Aim, crowd: Crowd, start: Instant, books: Arc<Books>) {
    if crowd.http2 {
        aim.tls = aim.tls.as_deref().map(agreeing_on_http2);
    }
    let mut schedule = interval_at(start, every());
    let mut client = Client { aim, crowd, books, at: 0, line: None };
    while !client.books.over.load(Ordering::SeqCst) {
        schedule.tick().await;
        match timeout(DEADLINE, client.ask()).await {
            Ok(Ok(())) => drop(client.books.answered.fetch_add(1, Ordering::SeqCst)),
            Ok(Err(failure)) => client.failed(&failure),
            Err(_) => client.failed(&format!("no answer within {DEADLINE:?}")),
        }
    }
}

fn agreeing_on_http2(config: &ClientConfig) -> Arc<ClientConfig> {
    let mut config = config.clone();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Arc::new(config)
}

struct Client {
    aim: Aim,
    crowd: Crowd,
    books: Arc<Books>,
    at: usize,
    line: Option<Line>,
}

impl Client {
    /// Asks until the request was sent, and says what came of it then.
    async fn ask(&mut self) -> Result<(), String> {
        loop {
            let mut line = self.line().await?;
            match line.get(&self.aim.token).await {
                Outcome::Unsent => self.move_on(),
                Outcome::Failed(why) => return Err(why),
                Outcome::Answered(next) => {
                    if next == Next::Elsewhere {
                        self.books.asked_to_move.fetch_add(1, Ordering::SeqCst);
                        self.move_on();
                    } else if self.crowd.keep {
                        self.line = Some(line);
                    }
                    return Ok(());
                }
            }
        }
    }

    async fn line(&mut self) -> Result<Line, String> {
        match self.line.take() {
            Some(line) if !line.is_over() => return Ok(line),
            Some(_) => self.move_on(),
            None => {}
        }
        let (address, tls) = (self.aim.addresses[self.at], self.aim.tls.as_ref());
        if self.crowd.keep {
            self.books.kept.fetch_add(1, Ordering::SeqCst);
        }
        let opened = Line::open(address, tls, self.crowd.http2).await;
        opened.map_err(|error| format!("no connection: {error}"))
    }

    fn move_on(&mut self) {
        self.books.moved.fetch_add(1, Ordering::SeqCst);
        self.at = (self.at + 1).min(self.aim.addresses.len() - 1);
    }

    fn failed(&self, failure: &str) {
        let kind = if self.crowd.http2 { "HTTP/2" } else { "HTTP/1.1" };
        let kept = if self.crowd.keep { "kept" } else { "new" };
        let failure = format!("{kind}, {kept} connection: {failure}");
        self.books.failures.lock().unwrap().push(failure);
    }
}
