//! Whether this node may still decide about tokens.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use crate::domain::revocation::{Revocation, TokenSubject};
use crate::domain::time::Timestamp;
use crate::ports::cache::{CacheError, Denylist};

/// Set once and for good when another process has taken the node's place.
#[derive(Debug, Default)]
pub(crate) struct StandDown {
    given_up: AtomicBool,
    closed: Closed,
}

impl StandDown {
    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Ordering::Release);
    }

    /// The list to ask: the node's own, or after it has given up one that refuses.
    pub(crate) fn or<'a>(&'a self, own: &'a dyn Denylist) -> &'a dyn Denylist {
        if self.given_up.load(Ordering::Acquire) {
            &self.closed
        } else {
            own
        }
    }
}

/// The revocations of a node that may not decide: nothing can be known.
#[derive(Debug, Default)]
struct Closed;

const REFUSED: CacheError = CacheError("another process has taken the place of this one");

#[async_trait]
impl Denylist for Closed {
    async fn is_denied(&self, _subject: &TokenSubject, _now: Timestamp) -> Result<bool, CacheError> {
        Err(REFUSED)
    }

    async fn deny(&self, _entries: &[Revocation]) -> Result<(), CacheError> {
        Err(REFUSED)
    }

    fn suspicions(&self) -> u64 {
        0
    }

    async fn load(&self, _entries: &[Revocation], _suspicions: u64) -> Result<(), CacheError> {
        Err(REFUSED)
    }

    fn suspect(&self) {}

    fn is_complete(&self) -> bool {
        false
    }

    fn purge(&self, _now: Timestamp) {}
}
