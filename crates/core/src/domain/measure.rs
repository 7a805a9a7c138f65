//! What parts count about themselves: numbers that only grow, and how long things took.
//!
//! Recording is an atomic addition or two, without a lock and without memory. What is counted has no name here;
//! names are given where they are published.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn one(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, more: u64) {
        // Relaxed: a number that is looked at now and then orders nothing.
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many so far.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How long something took, each time it was done.
#[derive(Debug, Default)]
pub struct Histogram {
    /// How many were not longer than the bound of the same place, and longer than the one before; the last
    /// are those above all bounds.
    buckets: [Counter; Self::BOUNDS.len() + 1],
    nanos: Counter,
}

impl Histogram {
    /// The upper bounds of the buckets. One list for everything, from a look into Redis to a client that waits:
    /// the times that the design promises (10, 50, 200 and 500 ms, 1 s) are among them, so that whether they are
    /// kept can be told exactly.
    pub const BOUNDS: [Duration; 15] = [
        Duration::from_micros(250),
        Duration::from_micros(500),
        Duration::from_millis(1),
        Duration::from_micros(2_500),
        Duration::from_millis(5),
        Duration::from_millis(10),
        Duration::from_millis(25),
        Duration::from_millis(50),
        Duration::from_millis(100),
        Duration::from_millis(200),
        Duration::from_millis(500),
        Duration::from_secs(1),
        Duration::from_millis(2_500),
        Duration::from_secs(5),
        Duration::from_secs(10),
    ];

    /// Notes one.
    pub fn note(&self, took: Duration) {
        let place = Self::BOUNDS.partition_point(|bound| *bound < took);
        self.buckets[place].one();
        self.nanos.add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// What was noted so far.
    #[must_use]
    pub fn read(&self) -> Times {
        Times {
            buckets: self.buckets.each_ref().map(Counter::read),
            total: Duration::from_nanos(self.nanos.read()),
        }
    }
}

/// What a [`Histogram`] held when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// For each of [`Histogram::BOUNDS`] how many took at most so long and longer than the bound before; then
    /// those that took longer than all.
    pub buckets: [u64; Histogram::BOUNDS.len() + 1],
    /// The time of all together.
    pub total: Duration,
}

impl Times {
    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

/// Calls of one kind to something outside: how long they took, failed or not, and how many failed.
#[derive(Debug, Default)]
pub struct CallMeter {
    times: Histogram,
    failed: Counter,
}

impl CallMeter {
    /// Notes one.
    pub fn note(&self, took: Duration, has_failed: bool) {
        self.times.note(took);
        if has_failed {
            self.failed.one();
        }
    }

    /// What was noted so far, under the name of the kind.
    #[must_use]
    pub fn read(&self, kind: &'static str) -> Calls {
        Calls {
            kind,
            times: self.times.read(),
            failed: self.failed.read(),
        }
    }
}

/// What a [`CallMeter`] held when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calls {
    /// Which calls.
    pub kind: &'static str,
    /// How long they took.
    pub times: Times,
    /// How many of them failed.
    pub failed: u64,
}

/// The connections of one pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// Which pool.
    pub pool: &'static str,
    /// Open and lent.
    pub used: u32,
    /// Open and waiting to be lent.
    pub idle: u32,
    /// Most that may be open.
    pub most: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_belongs_to_the_first_bound_that_is_not_below_it() {
        let histogram = Histogram::default();
        histogram.note(Duration::ZERO);
        histogram.note(Duration::from_micros(250));
        histogram.note(Duration::from_nanos(250_001));
        histogram.note(Duration::from_secs(10));
        histogram.note(Duration::from_nanos(10_000_000_001));
        histogram.note(Duration::MAX);

        let times = histogram.read();

        assert_eq!((times.buckets[0], times.buckets[1]), (2, 1));
        assert_eq!((times.buckets[14], times.buckets[15]), (1, 2));
        assert_eq!(times.count(), 6);
    }

    #[test]
    fn bounds_grow() {
        assert!(Histogram::BOUNDS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_failed_call_took_its_time_too() {
        let meter = CallMeter::default();
        meter.note(Duration::from_millis(1), false);
        meter.note(Duration::from_millis(2), true);

        let calls = meter.read("some");

        assert_eq!((calls.times.count(), calls.failed), (2, 1));
        assert_eq!(calls.times.total, Duration::from_millis(3));
    }
}
