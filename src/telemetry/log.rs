//! Where log lines go and in which form.
//!
//! A line is handed to a thread of its own through a bounded queue; when whoever reads the output
//! stops reading, lines are dropped and counted, and no request waits.

use std::io::{self, IsTerminal};

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use super::{Access, Format, Settings};

/// The target of access lines, switchable apart from all others.
pub const ACCESS_TARGET: &str = "portcullis::access";

/// How many lines may wait to be written. The queue's memory is taken at once.
const QUEUE: usize = 8192;

/// Logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level is not a filter.
    #[error(
        "{0:?} is no log level: write error, warn, info, debug, trace, or a list of target=level"
    )]
    Level(String),
    /// Another part of the process has claimed the log.
    #[error("logging was set up twice")]
    Twice,
}

/// Where lines go.
pub type Writer = Box<dyn io::Write + Send>;

/// Changes the level at run time, and tells how many lines were lost.
#[derive(Clone)]
pub struct LogControl {
    filter: reload::Handle<EnvFilter, Registry>,
    access: Access,
    lost: ErrorCounter,
}

/// Starts logging to `writer`, or to standard output. Keep the guard until the end of the
/// process: dropping it writes what is still queued.
///
/// # Errors
/// When the level is no filter, or logging has been started before.
pub fn start(
    settings: &Settings,
    writer: Option<Writer>,
) -> Result<(LogControl, WorkerGuard), LogError> {
    let json = match settings.format {
        Format::Auto => writer.is_some() || !io::stdout().is_terminal(),
        Format::Json => true,
        Format::Text => false,
    };
    let colour = !json && writer.is_none() && io::stdout().is_terminal();
    let writer = writer.unwrap_or_else(|| Box::new(io::stdout()));
    let (queue, guard) =
        NonBlockingBuilder::default().lossy(true).buffered_lines_limit(QUEUE).finish(writer);
    let lost = queue.error_counter();
    let (filter, handle) = reload::Layer::new(filter(&settings.level, settings.access)?);
    let lines = fmt::layer().with_writer(queue).with_ansi(colour);
    let lines = if json {
        lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    } else {
        lines.boxed()
    };
    // The filter goes around the lines, so that its handle is typed by the bare registry.
    tracing::subscriber::set_global_default(Registry::default().with(filter).with(lines))
        .map_err(|_| LogError::Twice)?;
    Ok((LogControl { filter: handle, access: settings.access, lost }, guard))
}

impl LogControl {
    /// Replaces the level or filter.
    ///
    /// # Errors
    /// When it is none; the old one stays.
    pub fn set_level(&self, level: &str) -> Result<(), LogError> {
        let filter = filter(level, self.access)?;
        self.filter.reload(filter).map_err(|_| LogError::Level(level.to_owned()))
    }

    /// The filter in force.
    pub fn level(&self) -> String {
        self.filter.with_current(ToString::to_string).unwrap_or_default()
    }

    /// Lines dropped because nobody took them.
    pub fn lost_lines(&self) -> u64 {
        u64::try_from(self.lost.dropped_lines()).unwrap_or(u64::MAX)
    }
}

fn filter(level: &str, access: Access) -> Result<EnvFilter, LogError> {
    let bad = || LogError::Level(level.to_owned());
    if !is_filter(level) {
        return Err(bad());
    }
    let access = match access {
        Access::Off => "off",
        Access::All | Access::Refusals => "info",
    };
    let own = format!("{ACCESS_TARGET}={access}").parse().map_err(|_| bad())?;
    EnvFilter::try_new(level).map(|filter| filter.add_directive(own)).map_err(|_| bad())
}

/// Whether `level` is a level, or a list of levels and `target=level`.
///
/// Tracing would take a bare word that is no level for the name of a part of the program, and a
/// typing error would turn the logs off.
pub fn is_filter(level: &str) -> bool {
    let is_level = |word: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
    let understood = level.split(',').map(str::trim).all(|part| match part.split_once('=') {
        None => is_level(part),
        Some((target, word)) => !target.trim().is_empty() && is_level(word.trim()),
    });
    understood && EnvFilter::builder().parse(level).is_ok()
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_filters_are_told_from_nonsense() {
        for good in ["info", "off", "TRACE", "warn,portcullis::keystone=debug", "portcullis=trace"]
        {
            assert!(filter(good, Access::All).is_ok(), "{good}");
        }
        for bad in ["", "loud", "portcullis=loud", "debug,nonsense", "[x]", "=info"] {
            assert!(filter(bad, Access::All).is_err(), "{bad}");
        }
    }

    #[test]
    fn access_lines_have_a_switch_of_their_own() {
        assert!(
            filter("warn", Access::All).unwrap().to_string().contains("portcullis::access=info")
        );
        assert!(
            filter("trace", Access::Off).unwrap().to_string().contains("portcullis::access=off")
        );
    }
}
