//! Revocations that every node decides from its own memory, under a lease (ADR 16).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use horizon_auth_core::domain::revocation::{Revocation, TokenSubject};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::cache::{self as port, CacheError, Denylist};
use horizon_auth_core::ports::clock::Clock;
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use super::entry::Body;
use super::feed::{PATIENCE, Place};
use super::lease::{Lease, Step};
use super::link::{Link, LinkError};
use crate::cache::memory::MemoryDenylist;

/// Heartbeats of one lease. One may be late without harm, and so may the next.
const BEATS: u32 = 5;
/// Pause after the stream could not be followed.
const PAUSE: Duration = Duration::from_millis(100);
/// Heartbeats under way at once; more do not make a slow server faster.
const UNDER_WAY: usize = 8;

/// Denied tokens in memory, fed by a stream in Redis that all nodes share.
///
/// It answers from memory alone, without any call, while its lease lasts; then with an error, until the
/// stream has been read again. A revocation is done when every node has it or refuses.
#[derive(Debug)]
pub struct ReplicatedDenylist {
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    memory: MemoryDenylist,
    link: Arc<Link>,
    lease: Mutex<Lease>,
    /// [`Lease::fresh_until`] in nanoseconds after `start`, for the path of every request.
    fresh_until: AtomicU64,
    start: Instant,
    length: Duration,
    /// Changes with everything that was read.
    progress: watch::Sender<()>,
    /// Rung when a heartbeat should go out at once.
    beat_now: Notify,
    /// Rung when the stream that is read is not the one that is written.
    lost: Notify,
    /// Rung when SQL must be read again.
    suspected: Notify,
    clock: Arc<dyn Clock>,
    /// What is denied here and not in the stream: Redis did not take it.
    unannounced: Mutex<Vec<Revocation>>,
    /// What has no keys for verifiers that are not ours yet.
    without_keys: mpsc::UnboundedSender<Vec<Revocation>>,
}

impl ReplicatedDenylist {
    /// Begins to follow the stream, on the current runtime. Nothing is answered before SQL has been read.
    #[must_use]
    pub fn start(link: Arc<Link>, lease: Duration, clock: Arc<dyn Clock>) -> Self {
        let (without_keys, waiting) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            memory: MemoryDenylist::default(),
            lease: Mutex::new(Lease::new(link.node(), lease)),
            link,
            fresh_until: AtomicU64::new(0),
            start: Instant::now(),
            length: lease,
            progress: watch::Sender::new(()),
            beat_now: Notify::new(),
            lost: Notify::new(),
            suspected: Notify::new(),
            clock,
            unannounced: Mutex::default(),
            without_keys,
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(follow(Arc::clone(&shared)));
        tasks.spawn(beat(Arc::clone(&shared)));
        tasks.spawn(write_keys(Arc::clone(&shared), waiting));
        Self {
            shared,
            _tasks: tasks,
        }
    }
}

async fn follow(shared: Arc<Shared>) {
    let mut silent = false;
    loop {
        let Err(error) = shared.follow_stream().await;
        // Once per outage: the next second brings the same.
        if !std::mem::replace(&mut silent, true) {
            tracing::warn!(%error, "revocations of other nodes cannot be followed");
        }
        tokio::time::sleep(PAUSE).await;
        if shared.is_fresh() {
            silent = false;
        }
    }
}

async fn beat(shared: Arc<Shared>) {
    let room = Arc::new(Semaphore::new(UNDER_WAY));
    loop {
        tokio::select! {
            () = tokio::time::sleep(shared.length / BEATS) => {}
            () = shared.beat_now.notified() => {}
        }
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            shared.send_beat().await;
            drop(place);
        });
    }
}

/// Writes keys until that succeeds: a verifier that is not ours knows of nothing else.
async fn write_keys(shared: Arc<Shared>, mut waiting: mpsc::UnboundedReceiver<Vec<Revocation>>) {
    while let Some(entries) = waiting.recv().await {
        while let Err(error) = shared.link.write_keys(&entries, shared.clock.now()).await {
            tracing::debug!(%error, "keys of revocations were not taken");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Shared {
    fn lease(&self) -> MutexGuard<'_, Lease> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_fresh(&self) -> bool {
        let until = Duration::from_nanos(self.fresh_until.load(Ordering::Acquire));
        self.start.elapsed() < until
    }

    /// Makes what the lease says known to every request.
    fn publish(&self, lease: &Lease) {
        let until = lease
            .fresh_until()
            .map_or(Duration::ZERO, |until| until - self.start);
        let nanos = u64::try_from(until.as_nanos()).unwrap_or(0);
        self.fresh_until.store(nanos, Ordering::Release);
        self.progress.send_replace(());
    }

    async fn append(&self, body: &Body) -> Result<Place, LinkError> {
        let place = self.link.append(body).await?;
        let mut lease = self.lease();
        if lease.applied().is_some() && !lease.follows(&place.life) {
            lease.lose();
            self.publish(&lease);
            self.lost.notify_one();
        }
        Ok(place)
    }

    async fn send_beat(&self) {
        // Before the first reading there is nothing to say.
        if self.lease().applied().is_none() {
            return;
        }
        let body = self.lease().beat(Instant::now());
        if let Err(error) = self.append(&body).await {
            tracing::debug!(%error, "a heartbeat was not taken");
        }
    }

    /// Reads the stream until that fails.
    async fn follow_stream(&self) -> Result<std::convert::Infallible, LinkError> {
        let mut conn = self.link.own_conn(PATIENCE).await?;
        let resumed = self.lease().applied();
        let mut applied = if let Some(applied) = resumed {
            applied
        } else {
            let body = self.lease().beat(Instant::now());
            let place = self.append(&body).await?;
            let seq = place.seq;
            // In this order: what SQL holds once it is read again was written before what comes after the place.
            self.lease().follow(place, Instant::now());
            self.memory.suspect();
            self.suspected.notify_one();
            self.beat_now.notify_one();
            seq
        };
        loop {
            let entries = tokio::select! {
                entries = self.link.read_after(&mut conn, applied) => entries?,
                () = self.lost.notified() => Vec::new(),
            };
            applied = self.take(entries)?;
        }
    }

    /// Applies entries; the number of the last one.
    fn take(&self, entries: Vec<super::entry::Entry>) -> Result<u64, LinkError> {
        let mut denied = Vec::new();
        let outcome = {
            let mut lease = self.lease();
            let mut whole = true;
            for entry in entries {
                match lease.read(entry, Instant::now()) {
                    Step::Apply(revocations) => denied.extend(revocations),
                    Step::Noted => {}
                    Step::Lost => {
                        whole = false;
                        break;
                    }
                }
            }
            // In memory before anybody can read that it is, and before the lease grows.
            self.memory.add(&denied);
            self.publish(&lease);
            lease.applied().filter(|_| whole)
        };
        if !denied.is_empty() {
            self.beat_now.notify_one();
        }
        outcome.ok_or_else(|| LinkError("entries of the stream were lost".to_owned()))
    }

    /// Puts what is in memory into the stream too. If Redis does not take it, it is kept for the next look at SQL.
    async fn announce(&self, entries: Vec<Revocation>) -> Result<Place, CacheError> {
        let body = Body::Denied(entries);
        match self.append(&body).await {
            Ok(place) => Ok(place),
            Err(error) => {
                tracing::error!(%error, "a revocation did not reach the other nodes yet");
                if let Body::Denied(entries) = body {
                    self.unannounced().extend(entries);
                }
                Err(CacheError("a revocation did not reach the other nodes yet"))
            }
        }
    }

    fn unannounced(&self) -> MutexGuard<'_, Vec<Revocation>> {
        self.unannounced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the keys of entries, now or as soon as Redis takes them.
    async fn give_keys(&self, entries: Vec<Revocation>) {
        if let Err(error) = self.link.write_keys(&entries, self.clock.now()).await {
            tracing::warn!(%error, "verifiers that are not ours do not know of a revocation yet");
            // The task ends with the denylist, and then nobody waits for it.
            let _ = self.without_keys.send(entries);
        }
    }

    /// Waits until no node can decide without the entry.
    async fn wait_until_everywhere(&self, place: &Place) {
        let over = Instant::now() + self.lease().patience();
        let mut progress = self.progress.subscribe();
        while !self.lease().is_everywhere(place, Instant::now()) {
            tokio::select! {
                _ = progress.changed() => {}
                () = tokio::time::sleep_until(over.into()) => return,
            }
        }
    }
}

#[async_trait]
impl Denylist for ReplicatedDenylist {
    async fn is_denied(&self, subject: &TokenSubject, now: Timestamp) -> Result<bool, CacheError> {
        if !self.shared.is_fresh() {
            return Err(CacheError("revocations of other nodes may be missing"));
        }
        self.shared.memory.is_denied(subject, now).await
    }

    async fn deny(&self, entries: &[Revocation]) -> Result<(), CacheError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.shared.memory.add(entries);
        let place = self.shared.announce(entries.to_vec()).await?;
        tokio::join!(
            self.shared.wait_until_everywhere(&place),
            self.shared.give_keys(entries.to_vec())
        );
        Ok(())
    }

    fn suspicions(&self) -> u64 {
        self.shared.memory.suspicions()
    }

    async fn load(&self, entries: &[Revocation], suspicions: u64) -> Result<(), CacheError> {
        // With the stream, Redis may have lost the keys.
        let _ = self.shared.without_keys.send(entries.to_vec());
        self.shared.memory.load(entries, suspicions).await
    }

    fn suspect(&self) {
        self.shared.memory.suspect();
        self.shared.suspected.notify_one();
    }

    async fn suspected(&self) {
        self.shared.suspected.notified().await;
    }

    fn is_complete(&self) -> bool {
        self.shared.memory.is_complete()
    }

    fn can_answer(&self) -> bool {
        self.is_complete() && self.shared.is_fresh()
    }

    fn lease(&self) -> Option<port::Lease> {
        let until = self.shared.fresh_until.load(Ordering::Acquire);
        // It begins with the sending of the heartbeat that was read back.
        let began = Duration::from_nanos(until).checked_sub(self.shared.length);
        Some(port::Lease {
            age: began.map(|began| self.shared.start.elapsed().saturating_sub(began)),
            length: self.shared.length,
        })
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn reconcile(&self, entries: &[Revocation]) -> Result<(), CacheError> {
        let unknown = self.shared.memory.unknown(entries);
        self.shared.memory.add(&unknown);
        let mut unannounced = std::mem::take(&mut *self.shared.unannounced());
        unannounced.extend(unknown);
        if unannounced.is_empty() {
            return Ok(());
        }
        // Nobody waits for these: whoever caused them was told that it is not certain.
        self.shared.announce(unannounced.clone()).await?;
        let _ = self.shared.without_keys.send(unannounced);
        Ok(())
    }

    fn purge(&self, now: Timestamp) {
        self.shared.memory.purge(now);
    }
}
