//! The engine in numbers, for a monitoring system to read.
//!
//! The parts count about themselves without names (`horizon_auth_core::domain::measure`); the names, and there is
//! one table of them, are given here. Nothing is registered anywhere global: two engines in one process are two
//! sets of numbers, and an application decides where they go. No label holds anything that a client chose.

mod collect;
mod process;
mod table;
mod text;

use std::borrow::Cow;
use std::fmt;

use horizon_auth_core::domain::measure::Times;

pub use horizon_auth_core::domain::measure::Histogram;
pub use table::METRICS;

pub(crate) use collect::collect;

/// A metric that is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// Its name, by the rules of Prometheus. Names are never changed: dashboards use them.
    pub name: &'static str,
    /// What kind of number it is.
    pub kind: MetricKind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// One sentence on what it says.
    pub about: &'static str,
}

/// What kind of number a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows, until the process starts again.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How long things took, in the buckets of [`Histogram::BOUNDS`].
    Histogram,
}

impl MetricKind {
    /// The word of Prometheus.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One value of a metric.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sample {
    /// The values of the labels, in the order of [`Metric::labels`].
    pub labels: Vec<Cow<'static, str>>,
    /// The value.
    pub value: Value,
}

/// What a [`Sample`] says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of a counter or gauge that counts.
    Whole(u64),
    /// Of a counter or gauge that measures.
    Real(f64),
    /// Of a histogram.
    Times(Times),
}

/// A metric with its values.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Family {
    /// The metric.
    pub metric: &'static Metric,
    /// Its values; at least one.
    pub samples: Vec<Sample>,
}

/// All numbers of one instant. `Display` writes them as Prometheus reads them.
///
/// An application that speaks to another system goes through [`Metrics::families`].
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics(Vec<Family>);

impl Metrics {
    /// The type of the text that `Display` writes.
    pub const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// The numbers, metric by metric.
    #[must_use]
    pub fn families(&self) -> &[Family] {
        &self.0
    }

    /// The same without some, such as those of which the application has its own:
    /// `metrics.without(|name| name.starts_with("http_"))`.
    #[must_use]
    pub fn without(mut self, unwanted: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|family| !unwanted(family.metric.name));
        self
    }

    /// The same with those of the process, and how many log lines were lost: for a program that is nothing but
    /// the engine.
    #[must_use]
    pub fn with_process(mut self, lost_log_lines: u64) -> Self {
        self.put(&table::LOST_LOG_LINES, [(vec![], Value::Whole(lost_log_lines))]);
        process::put(&mut self);
        self
    }

    /// The same with the requests of a front end.
    #[cfg(feature = "http")]
    pub(crate) fn with_requests(mut self, http: &horizon_auth_http::Http) -> Self {
        collect::put_requests(&mut self, http);
        self
    }

    /// Adds a metric, unless it has no values.
    fn put(
        &mut self,
        metric: &'static Metric,
        values: impl IntoIterator<Item = (Vec<Cow<'static, str>>, Value)>,
    ) {
        let samples: Vec<_> = values
            .into_iter()
            .map(|(labels, value)| Sample { labels, value })
            .collect();
        if !samples.is_empty() {
            self.0.push(Family { metric, samples });
        }
    }

    /// Adds a metric without labels, if it has a value.
    fn put_one(&mut self, metric: &'static Metric, value: impl Into<Option<Value>>) {
        self.put(metric, value.into().map(|value| (vec![], value)));
    }

    /// Adds a metric with one label.
    fn put_by_kind(
        &mut self,
        metric: &'static Metric,
        values: impl IntoIterator<Item = (&'static str, Value)>,
    ) {
        let labelled = values.into_iter().map(|(kind, value)| (vec![kind.into()], value));
        self.put(metric, labelled);
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|family| text::write(f, family))
    }
}

/// The reference page of all metrics.
#[must_use]
pub fn reference_markdown() -> String {
    let bounds = Histogram::BOUNDS.map(|bound| bound.as_secs_f64().to_string());
    let head = format!(
        "# Metrics\n\nGenerated from `crates/auth/src/metrics/table.rs`. [Monitoring](../guide/monitoring.md) says how \
         to read them and what to watch.\nTimes are in seconds; every histogram has the buckets {}.\nNo label holds \
         anything that a client chose.\n\n| metric | kind | labels | what it says |\n|---|---|---|---|\n",
        bounds.join(", ")
    );
    let rows = METRICS.iter().map(|metric| {
        let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        format!(
            "| `{}` | {} | {} | {} |\n",
            metric.name,
            metric.kind.as_str(),
            labels.join(", "),
            metric.about
        )
    });
    std::iter::once(head).chain(rows).collect()
}
