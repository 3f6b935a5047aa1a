//! The files that a configuration is read from, and what they looked like before it was.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// What was read, and what it looked like then. Two are equal when nothing has changed between
/// them; what the files say is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    options: BTreeMap<PathBuf, Look>,
    policy: BTreeMap<PathBuf, Look>,
    material: BTreeMap<PathBuf, Look>,
}

impl Files {
    /// Files of certificates and keys, for whoever follows them without a configuration.
    pub fn of_material(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut files = Self::default();
        for path in paths {
            files.note_material(path);
        }
        files
    }

    /// Looks at the same files again. Blocks as file systems do.
    #[must_use]
    pub fn look_again(&self) -> Self {
        let again = |looks: &BTreeMap<PathBuf, Look>| {
            looks.keys().map(|path| (path.clone(), Look::at(path))).collect()
        };
        Self {
            options: again(&self.options),
            policy: again(&self.policy),
            material: again(&self.material),
        }
    }

    /// Whether what options only name comes from the same files as in `other`, unchanged: rules,
    /// certificates and keys.
    pub fn hold_the_same_as(&self, other: &Self) -> bool {
        self.policy == other.policy && self.material == other.material
    }

    /// Notes a file of options that is about to be read.
    pub(super) fn note_options(&mut self, path: PathBuf) {
        let look = Look::at(&path);
        self.options.insert(path, look);
    }

    /// Notes a file of certificates, keys or revocations that is about to be read.
    pub(super) fn note_material(&mut self, path: PathBuf) {
        let look = Look::at(&path);
        self.material.insert(path, look);
    }

    /// Notes a policy file, or a directory of them, that is about to be read.
    pub(super) fn note_policy(&mut self, path: PathBuf) {
        let look = Look::at(&path);
        self.policy.insert(path, look);
    }
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Look {
    /// The files in a directory by name, as far as they are read: no hidden ones, no directories.
    Directory(BTreeMap<OsString, Option<Mark>>),
    File(Mark),
    /// Nothing, or nothing that we may see.
    Nothing,
}

impl Look {
    /// Follows links, as reading does: a volume that swaps a link has changed.
    fn at(path: &Path) -> Self {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                let entries = fs::read_dir(path).into_iter().flatten().flatten();
                let names = entries.map(|entry| entry.file_name());
                let marked = names.filter(|name| !name.as_encoded_bytes().starts_with(b"."));
                let marked = marked.filter_map(|name| match fs::metadata(path.join(&name)) {
                    Ok(metadata) if metadata.is_dir() => None,
                    metadata => Some((name, metadata.ok().map(Mark::from))),
                });
                Self::Directory(marked.collect())
            }
            Ok(metadata) => Self::File(metadata.into()),
            Err(_) => Self::Nothing,
        }
    }
}

/// What tells a file from its former self. The time of the last change of the file itself is among
/// it because, unlike that of its content, nobody can set it back.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl From<Metadata> for Mark {
    fn from(metadata: Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A directory that goes away with its test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("portcullis-files-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(name);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_that_is_replaced_removed_or_made_has_changed() {
        let scratch = Scratch::new("one");
        let file = scratch.0.join("policy.yaml");
        let mut files = Files::default();
        files.note_policy(file.clone());
        let missing = files.clone();
        fs::write(&file, "a: '@'").unwrap();
        let made = files.look_again();
        assert_ne!(made, missing);
        assert!(!made.hold_the_same_as(&missing));
        assert_eq!(made.look_again(), made);
        let other = scratch.0.join("other");
        fs::write(&other, "a: '!'").unwrap();
        fs::rename(&other, &file).unwrap();
        assert_ne!(made.look_again(), made);
        fs::remove_file(&file).unwrap();
        assert_eq!(made.look_again(), missing);
    }

    #[test]
    fn a_file_behind_a_swapped_link_has_changed() {
        let scratch = Scratch::new("links");
        let at = |name: &str| scratch.0.join(name);
        for version in ["v1", "v2"] {
            fs::create_dir_all(at(version)).unwrap();
            fs::write(at(version).join("policy.yaml"), "a: '@'").unwrap();
        }
        symlink("v1", at("data")).unwrap();
        fs::create_dir_all(at("mount")).unwrap();
        symlink("../data/policy.yaml", at("mount").join("policy.yaml")).unwrap();
        let mut files = Files::default();
        files.note_options(at("mount").join("policy.yaml"));
        files.note_policy(at("mount"));
        symlink("v2", at("new")).unwrap();
        fs::rename(at("new"), at("data")).unwrap();
        let again = files.look_again();
        assert_ne!(again.options, files.options);
        assert_ne!(again.policy, files.policy);
    }

    #[test]
    fn a_directory_has_changed_with_a_file_in_it() {
        let scratch = Scratch::new("directory");
        let mut files = Files::default();
        files.note_policy(scratch.0.clone());
        let empty = files.clone();
        fs::write(scratch.0.join("a.yaml"), "a: '@'").unwrap();
        let one = files.look_again();
        assert_ne!(one, empty);
        fs::write(scratch.0.join(".a.yaml.swp"), "").unwrap();
        assert_eq!(one.look_again(), one, "nobody reads hidden files");
        fs::write(scratch.0.join("a.yaml"), "a: 'role:member'").unwrap();
        assert_ne!(one.look_again(), one);
    }
}
