//! Logs and metrics: the means, not the contents. Rooms declare their own metrics and choose
//! their own words.

mod log;
mod metrics;
mod quiet;
mod settings;

pub use log::{ACCESS_TARGET, LogControl, LogError, Writer, is_filter, start};
pub use metrics::{
    AGE_SECONDS, CounterPairs, Counters, FINE_SECONDS, Label, MetricError, Registry, Stopwatch,
};
pub use quiet::Quiet;
pub use settings::{Access, Format, Settings};
