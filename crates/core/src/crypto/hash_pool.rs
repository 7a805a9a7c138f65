//! Who may hash, when, and who must come back later.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, oneshot};

use super::argon2_engine::Arena;
use super::hash_workers::{Answer, Workers};
use super::password_hasher::HasherConfig;
use crate::domain::measure::{Counter, Histogram, Times};
use crate::error::Error;

/// How busy a hasher is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasherStats {
    /// Hashes being computed.
    pub running: usize,
    /// Requests waiting for their turn.
    pub waiting: usize,
    /// Most hashes that run at once.
    pub parallel: usize,
}

/// How long a hasher has taken since it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HasherTimes {
    /// How long requests waited for their turn.
    pub waits: Times,
    /// How long hashes took from then on.
    pub hashes: Times,
    /// Requests that were refused because too many were waiting, or that waited for too long.
    pub refused: u64,
}

/// Hashing within a memory budget, with a bounded queue in front.
///
/// The permits are served first come, first served; a hash that needs several
/// is not overtaken by small ones while it waits.
pub(super) struct Pool {
    permits: Arc<Semaphore>,
    parallel: u32,
    /// What one permit stands for.
    share_kib: u64,
    max_queue: usize,
    deadline: Duration,
    gauges: Arc<Gauges>,
    workers: Arc<Workers>,
}

impl Pool {
    /// A pool of `parallel` permits, which share the whole budget.
    pub(super) fn new(config: &HasherConfig, parallel: u32, idle: Duration) -> Self {
        let parallel = parallel.max(1);
        Self {
            permits: Arc::new(Semaphore::new(parallel as usize)),
            parallel,
            share_kib: (u64::from(config.memory_mib) * 1024 / u64::from(parallel)).max(1),
            max_queue: config.max_queue,
            deadline: config.queue_deadline,
            gauges: Arc::default(),
            workers: Arc::new(Workers::new(config.engine, idle)),
        }
    }

    /// Runs `work`, which may take `memory_kib`, when its turn comes.
    ///
    /// Before that, dropping the future gives up the place in the queue. After
    /// that the permits belong to the work and return when it ends, heard or not.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        memory_kib: u32,
        work: impl FnOnce(&mut Arena) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let permits = self.permits_for(memory_kib);
        let waiting = tracing::trace_span!(target: "horizon_auth::trace", "password hash wait");
        let asked = Instant::now();
        let turn = self.admit(permits).await?;
        self.gauges.waits.note(asked.elapsed());
        drop(waiting);
        let _hashing = tracing::trace_span!(target: "horizon_auth::trace", "password hash");
        let (reply, answer) = oneshot::channel();
        let task = Box::new(move |arena: &mut Arena| -> Answer {
            let turn = turn;
            let result = catch_unwind(AssertUnwindSafe(|| work(arena)));
            if result.is_err() {
                // What a panic left in there is not worth knowing.
                arena.clear();
            }
            Box::new(move || {
                drop(turn);
                // Nobody listens if the request was dropped; the work was done all the same.
                let _ = reply.send(result);
            })
        });
        self.workers.start(permits as usize, task)?;
        match answer.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(_)) => Err(Error::Internal("password hashing panicked")),
            Err(_) => Err(Error::Internal("password hashing was lost")),
        }
    }

    /// Refuses what would be refused for a full queue anyway, before anything has been done for it.
    pub(super) fn expect_room(&self) -> Result<(), Error> {
        let full = self.gauges.waiting.load(Ordering::Relaxed) >= self.max_queue;
        if full && self.permits.available_permits() == 0 {
            return Err(self.refuse());
        }
        Ok(())
    }

    pub(super) fn stats(&self) -> HasherStats {
        HasherStats {
            running: self.gauges.running.load(Ordering::Relaxed),
            waiting: self.gauges.waiting.load(Ordering::Relaxed),
            parallel: self.parallel as usize,
        }
    }

    pub(super) fn times(&self) -> HasherTimes {
        HasherTimes {
            waits: self.gauges.waits.read(),
            hashes: self.gauges.hashes.read(),
            refused: self.gauges.refused.read(),
        }
    }

    #[cfg(test)]
    pub(super) fn workers(&self) -> &Arc<Workers> {
        &self.workers
    }

    /// How many shares of the budget a hash takes. No hash may need more than all of it.
    fn permits_for(&self, memory_kib: u32) -> u32 {
        let shares = u64::from(memory_kib).div_ceil(self.share_kib);
        u32::try_from(shares).map_or(self.parallel, |shares| shares.clamp(1, self.parallel))
    }

    async fn admit(&self, permits: u32) -> Result<Turn, Error> {
        let permit = match Arc::clone(&self.permits).try_acquire_many_owned(permits) {
            Ok(permit) => permit,
            Err(TryAcquireError::NoPermits) => self.wait(permits).await?,
            Err(TryAcquireError::Closed) => return Err(Error::Internal("the hash pool is closed")),
        };
        Ok(Turn::new(permit, Arc::clone(&self.gauges)))
    }

    async fn wait(&self, permits: u32) -> Result<OwnedSemaphorePermit, Error> {
        let Some(_place) = Place::enter(&self.gauges, self.max_queue) else {
            return Err(self.refuse());
        };
        let permit = Arc::clone(&self.permits).acquire_many_owned(permits);
        match tokio::time::timeout(self.deadline, permit).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Error::Internal("the hash pool is closed")),
            Err(_) => Err(self.refuse()),
        }
    }

    /// When to come back: everything that runs and waits now, at the pace of late, in whole seconds.
    fn refuse(&self) -> Error {
        self.gauges.refused.one();
        let stats = self.stats();
        let ahead = (stats.running + stats.waiting) as u64;
        let micros = self.gauges.pace_micros.load(Ordering::Relaxed);
        let seconds = ahead
            .saturating_mul(micros)
            .div_ceil(u64::from(self.parallel) * 1_000_000);
        Error::Overloaded {
            retry_after: Duration::from_secs(seconds.max(1)),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.workers.close();
    }
}

#[derive(Default)]
struct Gauges {
    running: AtomicUsize,
    waiting: AtomicUsize,
    /// Running mean of the time a hash takes; zero before the first one.
    pace_micros: AtomicU64,
    /// From the request to its turn.
    waits: Histogram,
    /// From the turn to the end of the work.
    hashes: Histogram,
    refused: Counter,
}

impl Gauges {
    fn record(&self, took: Duration) {
        self.hashes.note(took);
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let pace = self.pace_micros.load(Ordering::Relaxed);
        // Two hashes that end together may lose one sample: an estimate can bear it.
        let next = if pace == 0 {
            took
        } else {
            pace - pace / 8 + took / 8
        };
        self.pace_micros.store(next, Ordering::Relaxed);
    }
}

/// A place in the queue, given up when dropped.
struct Place<'a>(&'a Gauges);

impl<'a> Place<'a> {
    fn enter(gauges: &'a Gauges, most: usize) -> Option<Self> {
        gauges
            .waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |waiting| {
                (waiting < most).then_some(waiting + 1)
            })
            .ok()
            .map(|_| Self(gauges))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to hash, from admission to the end of the work.
struct Turn {
    /// Freed after `drop` has counted down.
    _permit: OwnedSemaphorePermit,
    gauges: Arc<Gauges>,
    since: Instant,
}

impl Turn {
    fn new(permit: OwnedSemaphorePermit, gauges: Arc<Gauges>) -> Self {
        gauges.running.fetch_add(1, Ordering::Relaxed);
        Self {
            _permit: permit,
            gauges,
            since: Instant::now(),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.gauges.record(self.since.elapsed());
        self.gauges.running.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
#[path = "hash_pool_tests.rs"]
mod tests;
