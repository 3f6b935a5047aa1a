//! The metric registry that rooms declare their metrics on.
//!
//! Labels are closed enums, so every series exists at zero from the start and no request can make
//! a new one; handles are resolved when a room is built, so counting allocates nothing.

use std::marker::PhantomData;
use std::time::{Duration, Instant};

use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    TextEncoder,
};

/// A metric could not be declared: its name is taken or malformed. A mistake in the program.
#[derive(Debug, thiserror::Error)]
#[error("cannot declare a metric")]
pub struct MetricError(#[from] prometheus::Error);

/// One label with a closed set of values.
pub trait Label: Copy + 'static {
    /// The label's name.
    const NAME: &'static str;
    /// Every value, in the order of [`Label::index`].
    const ALL: &'static [Self];
    /// The value as it is shown.
    fn as_str(self) -> &'static str;
    /// The position in [`Label::ALL`].
    fn index(self) -> usize;
}

/// All metrics of one running proxy. Names get the prefix `portcullis_`.
#[derive(Clone, Debug, Default)]
pub struct Registry(prometheus::Registry);

/// Bounds for times that our own code takes, in seconds: 50 us to 10 s.
pub const FINE_SECONDS: &[f64] = &[
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5, 5.0, 10.0,
];

/// Bounds for ages of cached answers, in seconds: 1 s to 1 h.
pub const AGE_SECONDS: &[f64] = &[1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0];

impl Registry {
    /// A counter without labels.
    pub fn counter(&self, name: &str, help: &str) -> Result<IntCounter, MetricError> {
        let counter = IntCounter::with_opts(opts(name, help))?;
        self.0.register(Box::new(counter.clone()))?;
        Ok(counter)
    }

    /// A counter for each value of one label.
    pub fn counters<L: Label>(&self, name: &str, help: &str) -> Result<Counters<L>, MetricError> {
        let vec = self.counter_vec(name, help, &[L::NAME])?;
        let handles = L::ALL.iter().map(|value| vec.with_label_values(&[value.as_str()])).collect();
        Ok(Counters { handles, values: PhantomData })
    }

    /// A counter for each pair of values of two labels.
    pub fn counter_pairs<A: Label, B: Label>(
        &self,
        name: &str,
        help: &str,
    ) -> Result<CounterPairs<A, B>, MetricError> {
        let vec = self.counter_vec(name, help, &[A::NAME, B::NAME])?;
        let handles = A::ALL
            .iter()
            .flat_map(|a| B::ALL.iter().map(move |b| (a, b)))
            .map(|(a, b)| vec.with_label_values(&[a.as_str(), b.as_str()]))
            .collect();
        Ok(CounterPairs { handles, values: PhantomData })
    }

    /// A counter family whose handles the room resolves itself.
    pub fn counter_vec(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntCounterVec, MetricError> {
        let vec = IntCounterVec::new(opts(name, help), labels)?;
        self.0.register(Box::new(vec.clone()))?;
        Ok(vec)
    }

    /// A gauge without labels.
    pub fn gauge(&self, name: &str, help: &str) -> Result<IntGauge, MetricError> {
        let gauge = IntGauge::with_opts(opts(name, help))?;
        self.0.register(Box::new(gauge.clone()))?;
        Ok(gauge)
    }

    /// A gauge family whose handles the room resolves itself.
    pub fn gauge_vec(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntGaugeVec, MetricError> {
        let vec = IntGaugeVec::new(opts(name, help), labels)?;
        self.0.register(Box::new(vec.clone()))?;
        Ok(vec)
    }

    /// A histogram without labels.
    pub fn histogram(
        &self,
        name: &str,
        help: &str,
        bounds: &[f64],
    ) -> Result<Histogram, MetricError> {
        let histogram = Histogram::with_opts(histogram_opts(name, help, bounds))?;
        self.0.register(Box::new(histogram.clone()))?;
        Ok(histogram)
    }

    /// A histogram family whose handles the room resolves itself.
    pub fn histogram_vec(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
        bounds: &[f64],
    ) -> Result<HistogramVec, MetricError> {
        let vec = HistogramVec::new(histogram_opts(name, help, bounds), labels)?;
        self.0.register(Box::new(vec.clone()))?;
        Ok(vec)
    }

    /// The process' own metrics under their usual names (`process_cpu_seconds_total`, ...).
    pub fn process(&self) -> Result<(), MetricError> {
        let collector = prometheus::process_collector::ProcessCollector::for_self();
        Ok(self.0.register(Box::new(collector))?)
    }

    /// Everything, in Prometheus' text format.
    pub fn encode(&self) -> String {
        TextEncoder::new().encode_to_string(&self.0.gather()).unwrap_or_else(|error| {
            tracing::error!(%error, "metrics cannot be encoded");
            String::new()
        })
    }
}

fn opts(name: &str, help: &str) -> Opts {
    Opts::new(format!("portcullis_{name}"), help)
}

fn histogram_opts(name: &str, help: &str, bounds: &[f64]) -> HistogramOpts {
    HistogramOpts::from(opts(name, help)).buckets(bounds.to_vec())
}

/// One counter for each value of a label.
#[derive(Clone, Debug)]
pub struct Counters<L> {
    handles: Box<[IntCounter]>,
    values: PhantomData<fn(L)>,
}

impl<L: Label> Counters<L> {
    /// Counts one.
    pub fn count(&self, value: L) {
        self.add(value, 1);
    }

    /// Counts several.
    pub fn add(&self, value: L, amount: u64) {
        if let Some(counter) = self.handles.get(value.index()) {
            counter.inc_by(amount);
        }
    }
}

/// One counter for each pair of values of two labels.
#[derive(Clone, Debug)]
pub struct CounterPairs<A, B> {
    handles: Box<[IntCounter]>,
    values: PhantomData<fn(A, B)>,
}

impl<A: Label, B: Label> CounterPairs<A, B> {
    /// Counts one.
    pub fn count(&self, a: A, b: B) {
        if let Some(counter) = self.handles.get(a.index() * B::ALL.len() + b.index()) {
            counter.inc();
        }
    }
}

/// Declares a closed label: an enum, its label name, and each value as it is shown.
#[macro_export]
macro_rules! label {
    ($(#[$meta:meta])* $vis:vis $name:ident as $label:literal {
        $($(#[$doc:meta])* $variant:ident => $text:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name {
            $($(#[$doc])* $variant),+
        }

        impl $crate::telemetry::Label for $name {
            const NAME: &'static str = $label;
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }

            fn index(self) -> usize {
                self as usize
            }
        }
    };
}

/// Measures how long something took. Never used to decide anything.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "this is where time is measured")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
