//! Reading the configuration beside everything else: a slow disk holds up nobody but the reload.

use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::config::{self, Files, Loaded, Sources};

/// How often it is read before giving up on files that change meanwhile, and the pause between.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// What is told when there is a mistake in this program.
pub(super) const PANICKED: &str = "reading the configuration panicked; please report this";

/// What was read, and of which files; or what is wrong, one sentence each.
pub(super) type Read = (Files, Result<Loaded, Vec<String>>);

/// Reads all of it. What changed while it was read is read again.
pub(super) async fn read(sources: &Sources) -> Read {
    let mut files = Files::default();
    for _ in 0..TRIES {
        let sources = sources.clone();
        let Ok((read, at_rest)) = spawn_blocking(move || once(&sources)).await else {
            return (files, Err(vec![PANICKED.to_owned()]));
        };
        if at_rest {
            return read;
        }
        files = read.0;
        sleep(PAUSE).await;
    }
    let problem = "the files change while they are read; they are read again when they are at rest";
    (files, Err(vec![problem.to_owned()]))
}

/// What the same files look like now. `files` itself when that cannot be found out.
pub(super) async fn look(files: &Files) -> Files {
    let known = files.clone();
    spawn_blocking(move || known.look_again()).await.unwrap_or_else(|_| files.clone())
}

fn once(sources: &Sources) -> (Read, bool) {
    let mut files = Files::default();
    let loaded = config::load_noting(sources, &mut files);
    let at_rest = files.look_again() == files;
    ((files, loaded.map_err(|errors| errors.each().collect())), at_rest)
}
