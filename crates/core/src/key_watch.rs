//! What a node knows of the keys in SQL, and since when it is certain of it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use crate::domain::key_state::{KeyTimes, StoredKey};
use crate::domain::time::Timestamp;

const NEVER: i64 = i64::MIN;
/// How often at most a token can make a node look for its key.
const LOOK: Duration = Duration::from_secs(1);

/// The last look at the keys in SQL. One look at a time: an older one must never replace a newer one.
#[derive(Debug)]
pub(crate) struct KeyWatch {
    known: Mutex<Known>,
    confirmed: AtomicI64,
}

/// What the last look found.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The number of the key set, if it has been read at all.
    pub(crate) version: Option<i64>,
    /// The keys.
    pub(crate) stored: Vec<StoredKey>,
    looked_at: Option<Timestamp>,
}

impl Default for KeyWatch {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            confirmed: AtomicI64::new(NEVER),
        }
    }
}

impl KeyWatch {
    /// Waits for the look that is under way, and keeps others waiting.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, Known> {
        self.known.lock().await
    }

    /// The ring in force is the one of SQL at this instant.
    pub(crate) fn confirm(&self, at: Timestamp) {
        self.confirmed.store(at.millis(), Ordering::Release);
    }

    /// Whether the ring is so lately known to be the one of SQL that it may sign and be published.
    /// A clock that went back proves nothing.
    pub(crate) fn is_confirmed(&self, now: Timestamp) -> bool {
        let confirmed = self.confirmed.load(Ordering::Acquire);
        let at = Timestamp::from_millis(confirmed);
        confirmed != NEVER && at <= now && now.since(at) <= KeyTimes::CONFIRMED
    }
}

impl Known {
    /// Whether a token may have its key looked for now. Asking uses the permission up.
    pub(crate) fn may_look(&mut self, now: Timestamp) -> bool {
        let rested = |at: Timestamp| now < at || now.since(at) >= LOOK;
        let may = self.looked_at.is_none_or(rested);
        if may {
            self.looked_at = Some(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn what_was_never_read_or_long_ago_or_in_the_future_is_not_confirmed() {
        let watch = KeyWatch::default();
        assert!(!watch.is_confirmed(NOW));
        watch.confirm(NOW);
        assert!(watch.is_confirmed(NOW) && watch.is_confirmed(NOW + KeyTimes::CONFIRMED));
        assert!(!watch.is_confirmed(NOW + KeyTimes::CONFIRMED + Duration::from_millis(1)));
        assert!(!watch.is_confirmed(NOW - Duration::from_millis(1)));
    }

    #[test]
    fn tokens_make_a_node_look_once_a_second() {
        let mut known = Known::default();
        assert!(known.may_look(NOW));
        assert!(!known.may_look(NOW + Duration::from_millis(999)));
        assert!(known.may_look(NOW + LOOK));
        assert!(known.may_look(NOW), "after the clock went back it begins anew");
    }
}
