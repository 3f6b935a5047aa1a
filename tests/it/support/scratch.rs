//! A directory that goes away with its test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A directory of one test's own.
pub struct Scratch(PathBuf);

impl Scratch {
    /// An empty one.
    #[track_caller]
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("portcullis-it-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a directory for temporary files");
        Self(path)
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file that its owner alone can read, and returns its path.
    #[track_caller]
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a temporary file");
        let owner_only = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, owner_only).expect("a temporary file's permissions");
        path
    }

    /// Puts a file in the place of another at one stroke, as a careful writer does.
    #[track_caller]
    pub fn replace(&self, name: &str, text: &str) -> PathBuf {
        let new = self.write(&format!(".{name}.new"), text);
        let path = self.0.join(name);
        std::fs::rename(new, &path).expect("a file put in place");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left behind is the temporary directory's affair.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
