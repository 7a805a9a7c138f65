//! Sliding windows of one node, in bounded memory.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use horizon_auth_core::domain::limits::{Counted, Rate, Rule, account_delay};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::cache::{CacheError, Limiter};

use crate::cache::counted_key::{Key, key};

/// Counts attempts exactly: it remembers when each of the last `limit` attempts was made.
///
/// At most [`MemoryLimiter::KEYS`] callers are remembered; then the one that
/// was counted first is forgotten. Whoever can flood that many networks already
/// has more attempts than forgetting gives back.
#[derive(Debug, Default)]
pub struct MemoryLimiter {
    windows: Mutex<Windows>,
}

#[derive(Debug, Default)]
struct Windows {
    by_key: HashMap<Key, Window>,
    /// Keys in the order in which they were first counted.
    order: VecDeque<Key>,
}

#[derive(Debug)]
struct Window {
    hits: VecDeque<Timestamp>,
    length: Duration,
}

impl Window {
    fn slide(&mut self, now: Timestamp) {
        // `>=`: a hit counts for exactly one window length. A clock set back keeps hits, never frees them.
        while self
            .hits
            .front()
            .is_some_and(|hit| *hit <= now && now.since(*hit) >= self.length)
        {
            self.hits.pop_front();
        }
    }
}

impl MemoryLimiter {
    /// Most callers remembered; about 20 MB when every one of them is at a limit of 10.
    pub const KEYS: usize = 100_000;

    fn count(&self, rule: Rule, counted: Counted<'_>, rate: Rate, now: Timestamp) -> Option<Duration> {
        let mut windows = self.lock();
        let window = windows.window(key(rule, counted), rate.window, now);
        window.slide(now);
        let limit = usize::try_from(rate.limit).unwrap_or(usize::MAX);
        let wait = if rule.delays() {
            wait_for_delay(window, limit, now)
        } else {
            wait_for_room(window, limit, now)
        };
        if wait.is_none() {
            window.hits.push_back(now);
        }
        wait
    }

    fn lock(&self) -> MutexGuard<'_, Windows> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Time until the oldest of the last `limit` hits leaves the window.
fn wait_for_room(window: &Window, limit: usize, now: Timestamp) -> Option<Duration> {
    let full = window.hits.len().checked_sub(limit)?;
    let oldest = window.hits.get(full).copied().unwrap_or(now);
    Some((oldest + window.length).since(now).max(Duration::from_millis(1)))
}

/// Time until the growing pause after the last hit is over.
fn wait_for_delay(window: &Window, free: usize, now: Timestamp) -> Option<Duration> {
    let over = window.hits.len().checked_sub(free)?;
    let last = window.hits.back().copied()?;
    let until = last + account_delay(u32::try_from(over).unwrap_or(u32::MAX).saturating_add(1));
    let wait = until.since(now);
    (wait > Duration::ZERO).then_some(wait)
}

impl Windows {
    fn window(&mut self, key: Key, length: Duration, now: Timestamp) -> &mut Window {
        if !self.by_key.contains_key(&key) {
            self.make_room(now);
        }
        match self.by_key.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                self.order.push_back(key);
                free.insert(Window {
                    hits: VecDeque::new(),
                    length,
                })
            }
        }
    }

    /// Drops windows that have run empty from the old end, and one more if that was not enough.
    fn make_room(&mut self, now: Timestamp) {
        while let Some(oldest) = self.order.front().copied() {
            let empty = self.by_key.get_mut(&oldest).is_none_or(|window| {
                window.slide(now);
                window.hits.is_empty()
            });
            if !empty && self.by_key.len() < MemoryLimiter::KEYS {
                return;
            }
            self.by_key.remove(&oldest);
            self.order.pop_front();
            if !empty {
                return;
            }
        }
    }
}

#[async_trait]
impl Limiter for MemoryLimiter {
    async fn hit(
        &self,
        rule: Rule,
        counted: Counted<'_>,
        rate: Rate,
        now: Timestamp,
    ) -> Result<Option<Duration>, CacheError> {
        Ok(self.count(rule, counted, rate, now))
    }

    async fn forgive(&self, rule: Rule, counted: Counted<'_>) -> Result<(), CacheError> {
        // The key keeps its place in the order; an empty window is dropped when its turn comes.
        if let Some(window) = self.lock().by_key.get_mut(&key(rule, counted)) {
            window.hits.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "limiter_tests.rs"]
mod tests;
