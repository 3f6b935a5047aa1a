//! Whoever has heard from the program can end it: a signal is never too early, and the end is
//! clean.

use std::process::{Command, Output, Stdio};

use crate::support::Scratch;

/// Signals as soon as the first line is there: the shell does it itself, so nothing is faster.
const AT_THE_FIRST_LINE: &str = r#"
mkfifo lines
"$@" > lines 2>&1 &
program=$!
exec 3< lines
read -r first <&3
kill -s "$SIGNAL" "$program"
echo "$first"
cat <&3
wait "$program"
"#;

const TRIES: usize = 10;

#[test]
fn a_signal_at_the_first_line_ends_it_cleanly() {
    for signal in ["TERM", "INT"].into_iter().cycle().take(TRIES) {
        assert_clean(&run(PLAIN, signal), signal);
    }
}

#[test]
fn a_signal_at_the_first_line_ends_it_cleanly_when_that_is_a_warning() {
    for signal in ["TERM", "INT"].into_iter().cycle().take(TRIES) {
        let output = run(WARNED_ABOUT, signal);
        assert_clean(&output, signal);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.lines().next().unwrap().contains("WARN"), "{said}");
    }
}

#[test]
fn a_signal_at_the_first_line_of_a_trial_ends_it_cleanly() {
    let arguments = ["dev", "--listen", "127.0.0.1:0", "--keystone-listen", "127.0.0.1:0"];
    for signal in ["TERM", "INT"].into_iter().cycle().take(TRIES) {
        assert_clean(&signalled(&Scratch::new(), &arguments, signal), signal);
    }
}

const PLAIN: &str = "\
listen: 127.0.0.1:0
telemetry: 127.0.0.1:0
admin: 127.0.0.1:0
upstream: http://127.0.0.1:9
keystone: {auth_url: \"http://127.0.0.1:9\"}
";

const WARNED_ABOUT: &str = "\
listen: 127.0.0.1:0
telemetry: 127.0.0.1:0
admin: 127.0.0.1:0
upstream: http://127.0.0.1:9
keystone: {auth_url: \"https://127.0.0.1:9\", insecure: true}
";

fn run(yaml: &str, signal: &str) -> Output {
    let scratch = Scratch::new();
    let file = scratch.write("portcullis.yaml", yaml).display().to_string();
    signalled(&scratch, &["run", "--config", &file, "--set", "log.format=json"], signal)
}

fn signalled(scratch: &Scratch, arguments: &[&str], signal: &str) -> Output {
    Command::new("sh")
        .args(["-c", AT_THE_FIRST_LINE, "sh", env!("CARGO_BIN_EXE_portcullis")])
        .args(arguments)
        .env("SIGNAL", signal)
        .current_dir(scratch.path())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[track_caller]
fn assert_clean(output: &Output, signal: &str) {
    assert_eq!(output.status.code(), Some(0), "{signal}: {output:?}");
}
