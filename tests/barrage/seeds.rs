//! The requests that mutations begin with: what `fuzz/corpus/http1` holds, one file for each way
//! that some proxy was once got round.

use std::fs;
use std::path::Path;

use super::strict::{Read, read};

/// Requests in the order of their files' names.
pub(crate) struct Seeds {
    /// All of them.
    pub(crate) all: Vec<Vec<u8>>,
    /// Those that nobody could read in two ways.
    pub(crate) well_formed: Vec<Vec<u8>>,
}

impl Seeds {
    pub(crate) fn load() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/http1");
        let mut paths: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let all: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
        let whole =
            |seed: &&Vec<u8>| matches!(read(seed), Read::Whole(_, used) if used == seed.len());
        let well_formed: Vec<_> = all.iter().filter(whole).cloned().collect();
        assert!(all.len() > 100 && well_formed.len() > 30, "the seeds were not found");
        Self { all, well_formed }
    }
}
