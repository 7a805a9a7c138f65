//! Cookie sessions that this node has read, so that most requests need no database.
//!
//! An entry alone proves nothing: every use asks the list of what is denied, and what is old is read
//! again. So an entry that a revocation has overtaken, whenever it was read, is never believed.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use quick_cache::sync::Cache;

use crate::domain::live_session::LiveSession;
use crate::domain::time::Timestamp;
use crate::domain::token::{Digest, SessionCookie};

/// How many sessions are remembered.
const ENTRIES: usize = 10_000;

/// The sessions by the digest of their cookie.
pub(crate) struct SessionCache(Cache<Digest<SessionCookie>, Arc<Known>>);

/// A session as it was read.
pub(crate) struct Known {
    pub(crate) session: Arc<LiveSession>,
    /// From before the look, so that it is never taken for younger than it is.
    read_at: Timestamp,
    /// In milliseconds: when this node last had its use written down.
    noted_at: AtomicI64,
}

impl Default for SessionCache {
    fn default() -> Self {
        Self(Cache::new(ENTRIES))
    }
}

impl fmt::Debug for SessionCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionCache")
    }
}

impl SessionCache {
    /// What is known of a cookie, unless it is older than `longest` or has ended meanwhile: another node
    /// may have seen the session since.
    pub(crate) fn find(
        &self,
        cookie: &Digest<SessionCookie>,
        longest: Duration,
        now: Timestamp,
    ) -> Option<Arc<Known>> {
        let known = self.0.get(cookie)?;
        // A clock that went back makes everything read later than now.
        let is_young = known.read_at <= now && now < known.read_at + longest;
        (is_young && now < known.session.ends_at()).then_some(known)
    }

    /// Remembers a session that was read after `read_at`.
    pub(crate) fn keep(
        &self,
        cookie: Digest<SessionCookie>,
        session: Arc<LiveSession>,
        read_at: Timestamp,
    ) -> Arc<Known> {
        let known = Arc::new(Known {
            noted_at: AtomicI64::new(session.last_seen_at.millis()),
            session,
            read_at,
        });
        self.0.insert(cookie, Arc::clone(&known));
        known
    }

    /// Forgets a cookie.
    pub(crate) fn forget(&self, cookie: &Digest<SessionCookie>) {
        self.0.remove(cookie);
    }
}

impl Known {
    /// Whether the use at `now` is to be written down; of several that ask at once one is told so.
    pub(crate) fn is_due(&self, pace: Duration, now: Timestamp) -> bool {
        let noted = self.noted_at.load(Ordering::Acquire);
        now.since(Timestamp::from_millis(noted)) >= pace
            && self
                .noted_at
                .compare_exchange(noted, now.millis(), Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
    }
}
