//! `portcullis inject` and `uninject`: manifests in, manifests out.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::inject::{self, Direction, Resources, Settings};
use crate::{cli, config};

/// Puts sidecars in.
pub(super) fn inject(flags: cli::Inject) -> anyhow::Result<ExitCode> {
    let cli::Inject { files, check, app_port, upstream, annotated_only, network_policy, sidecar } =
        flags;
    let settings =
        Settings { app_port, upstream, annotated_only, network_policy, ..settings(sidecar)? };
    settings.check()?;
    rewrite(&files, Direction::In, check, &settings)
}

/// Takes them out.
pub(super) fn uninject(flags: &cli::Uninject) -> anyhow::Result<ExitCode> {
    rewrite(&flags.files, Direction::Out, flags.check, &Settings::default())
}

/// What is put in, as the flags say. The program that will run there would refuse wrong values, but
/// only after it was rolled out.
pub(super) fn settings(flags: cli::Sidecar) -> anyhow::Result<Settings> {
    let cli::Sidecar { image, keystone_url, config_map, secret, set, port, telemetry_port, .. } =
        flags;
    for (key, flag) in DECIDED {
        if set.iter().any(|(said, _)| said == key) {
            anyhow::bail!("--set {key}: is decided by --{flag}; give that");
        }
    }
    let settings = Settings {
        image,
        keystone_url,
        config_map,
        secret,
        environment: config::variables(&set)?,
        port,
        telemetry_port,
        native: flags.native,
        resources: Resources {
            cpu: flags.cpu,
            memory: flags.memory,
            memory_limit: flags.memory_limit,
        },
        ..Settings::default()
    };
    settings.check()?;
    Ok(settings)
}

/// Keys that cannot be set by themselves, because ports, Services and probes hang on them.
const DECIDED: [(&str, &str); 6] = [
    ("keystone.auth_url", "keystone-url"),
    ("listen", "port"),
    ("telemetry.listen", "telemetry-port"),
    ("telemetry.probes", "app-port, by which probes are found"),
    ("upstream", "upstream"),
    ("upstream.url", "upstream"),
];

fn rewrite(
    files: &[PathBuf],
    direction: Direction,
    check: bool,
    settings: &Settings,
) -> anyhow::Result<ExitCode> {
    let Given { mark, text } = read(files)?;
    let rewritten = inject::rewrite(&text, direction, settings)?;
    for warning in &rewritten.warnings {
        super::complain(&format!("{warning}\n"));
    }
    if check {
        let same = rewritten.text == text;
        for object in rewritten.changed.iter().filter(|_| !same) {
            super::complain(&format!("{object}: would be changed\n"));
        }
        return Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    for note in &rewritten.notes {
        super::complain(&format!("{note}\n"));
    }
    let mut out = std::io::stdout().lock();
    out.write_all(mark.as_bytes())
        .and_then(|()| out.write_all(rewritten.text.as_bytes()))
        .and_then(|()| out.flush())
        .context("standard output")?;
    Ok(ExitCode::SUCCESS)
}

/// What is rewritten.
struct Given {
    /// The mark of byte order that some editors begin a file with; empty without one.
    mark: &'static str,
    /// The rest.
    text: String,
}

const BYTE_ORDER: &str = "\u{feff}";

/// All files as one stream of documents.
fn read(files: &[PathBuf]) -> anyhow::Result<Given> {
    let standard_input = [PathBuf::from("-")];
    let files = if files.is_empty() { &standard_input[..] } else { files };
    let (mut mark, mut all) = ("", String::new());
    for file in files {
        let mut bytes = Vec::new();
        if file.as_os_str() == "-" {
            std::io::stdin().lock().read_to_end(&mut bytes).context("standard input")?;
        } else {
            bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| anyhow::anyhow!("{}: is no text in UTF-8", file.display()))?;
        let plain = text.strip_prefix(BYTE_ORDER).unwrap_or(&text);
        if all.is_empty() {
            mark = if plain.len() < text.len() { BYTE_ORDER } else { "" };
        } else {
            if !all.ends_with('\n') {
                all.push('\n');
            }
            // What begins as JSON is taken for JSON to its end, where a separator is none.
            if all.trim_start().starts_with('{') {
                all.insert_str(0, "---\n");
            }
            if !begins_with_a_separator(plain) {
                all.push_str("---\n");
            }
        }
        all.push_str(plain);
    }
    Ok(Given { mark, text: all })
}

fn begins_with_a_separator(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|line| line.trim_end() == "---" || line.starts_with("--- "))
}
