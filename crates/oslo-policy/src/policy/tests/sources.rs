//! Files and directories.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::super::Policy;

/// A directory of its own for each test; it ends with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("oslo-policy-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The system cleans up what is left behind.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_of_a_directory_are_read_in_the_order_of_their_names_as_text() {
    let folder = Folder::new("order");
    folder.write("10.yaml", "a: role:ten\nb: role:ten");
    folder.write("2.yaml", "a: role:two");
    folder.write(".hidden.yaml", "hidden: role:x");
    fs::create_dir(folder.0.join("sub")).unwrap();
    fs::write(folder.0.join("sub/z.yaml"), "a: role:sub").unwrap();
    let main = folder.0.join("10.yaml");
    let policy = Policy::builder().file(main).directory(&folder.0).build().unwrap();
    let rule = |name| policy.find(name).unwrap().rule().to_string();
    assert_eq!([rule("a"), rule("b")], ["role:two", "role:ten"]);
    assert!(policy.find("hidden").is_none());
}

#[test]
fn a_file_that_is_no_policy_fails_the_load() {
    let folder = Folder::new("readme");
    folder.write("README", "Put policies here.\n");
    let errors = Policy::builder().directory(&folder.0).build().unwrap_err().to_string();
    assert!(errors.ends_with("README:1: not a mapping from names to rules"), "{errors}");
    folder.write("README", "Put: policies: here\n");
    let errors = Policy::builder().directory(&folder.0).build().unwrap_err().to_string();
    assert!(errors.contains("README:1: not YAML: "), "{errors}");
}

#[test]
fn a_file_in_another_encoding_is_refused_with_its_line() {
    let folder = Folder::new("latin");
    fs::write(folder.0.join("p"), b"a: role:x\nb: role:\xe4").unwrap();
    let errors = Policy::builder().directory(&folder.0).build().unwrap_err().to_string();
    assert!(errors.ends_with("/p:2: not UTF-8; save it as UTF-8"), "{errors}");
}

#[test]
fn what_is_missing_is_an_error_or_nothing() {
    let folder = Folder::new("missing");
    let (file, directory) = (folder.0.join("policy.yaml"), folder.0.join("policy.d"));
    let errors = Policy::builder().file(&file).directory(&directory).build().unwrap_err();
    let lines: Vec<String> = errors.0.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains("policy.yaml: cannot be read: "), "{lines:?}");
    let builder = Policy::builder().file_if_present(&file).directory_if_present(&directory);
    let policy = builder.build().unwrap();
    assert!(!policy.enforce("a", &(), &json!({})).is_allowed());
    // A file in place of a directory is not nothing.
    fs::write(&directory, "").unwrap();
    assert!(Policy::builder().directory_if_present(&directory).build().is_err());
}
