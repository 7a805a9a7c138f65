//! The set of denied tokens of one node.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use async_trait::async_trait;
use horizon_auth_core::domain::ids::{Fingerprint, SessionId, TokenId, UserId};
use horizon_auth_core::domain::revocation::{Revocation, Revoked, TokenSubject};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::cache::{CacheError, Denylist};

/// Denied tokens, sessions and keys, and cut-offs of users and tenants, in memory.
///
/// It refuses to answer until it has been loaded from SQL, so a restart never
/// revives a token. One read lock and five look-ups per verified token, of which two are nearly always in an empty table.
#[derive(Debug)]
pub struct MemoryDenylist {
    /// How often the set may have fallen behind SQL; the start is the first time.
    suspicions: AtomicU64,
    /// Of how many of these a later load has taken care.
    settled: AtomicU64,
    /// In milliseconds: before this instant entries may be missing, because they had ended by then.
    purged: AtomicI64,
    entries: RwLock<Entries>,
}

impl Default for MemoryDenylist {
    fn default() -> Self {
        Self {
            suspicions: AtomicU64::new(1),
            settled: AtomicU64::new(0),
            purged: AtomicI64::new(i64::MIN),
            entries: RwLock::default(),
        }
    }
}

#[derive(Debug, Default)]
struct Entries {
    tokens: HashMap<TokenId, Timestamp>,
    sessions: HashMap<SessionId, Timestamp>,
    /// Lowest epoch still accepted; of several cut-offs the strictest wins.
    users: HashMap<UserId, (i64, Timestamp)>,
    tenants: HashMap<Fingerprint, (i64, Timestamp)>,
    keys: HashMap<Fingerprint, Timestamp>,
}

impl Entries {
    fn add(&mut self, revocation: &Revocation) {
        let until = revocation.expires_at;
        let later = |known: &mut Timestamp| *known = (*known).max(until);
        match revocation.what {
            Revoked::Token(token) => {
                self.tokens.entry(token).and_modify(later).or_insert(until);
            }
            Revoked::Session(session) => {
                self.sessions.entry(session).and_modify(later).or_insert(until);
            }
            Revoked::User { user, min_epoch } => {
                stricter(
                    self.users.entry(user).or_insert((min_epoch, until)),
                    min_epoch,
                    until,
                );
            }
            Revoked::Tenant { tenant, min_epoch } => {
                let known = self.tenants.entry(tenant).or_insert((min_epoch, until));
                stricter(known, min_epoch, until);
            }
            Revoked::Key(key) => {
                self.keys.entry(key).and_modify(later).or_insert(until);
            }
        }
    }

    /// Whether adding it would change nothing.
    #[cfg(feature = "redis")]
    fn knows(&self, revocation: &Revocation) -> bool {
        let until = revocation.expires_at;
        let covers = |known: &(i64, Timestamp), min_epoch| known.0 >= min_epoch && known.1 >= until;
        match revocation.what {
            Revoked::Token(token) => self.tokens.get(&token).is_some_and(|known| *known >= until),
            Revoked::Session(session) => self.sessions.get(&session).is_some_and(|known| *known >= until),
            Revoked::User { user, min_epoch } => self
                .users
                .get(&user)
                .is_some_and(|known| covers(known, min_epoch)),
            Revoked::Tenant { tenant, min_epoch } => self
                .tenants
                .get(&tenant)
                .is_some_and(|known| covers(known, min_epoch)),
            Revoked::Key(key) => self.keys.get(&key).is_some_and(|known| *known >= until),
        }
    }

    fn hit(&self, subject: &TokenSubject) -> bool {
        // The last two are nearly always empty, and then cost nothing.
        subject
            .token
            .is_some_and(|token| self.tokens.contains_key(&token))
            || self.sessions.contains_key(&subject.session)
            || is_before(self.users.get(&subject.user), subject.epoch)
            || is_before(self.tenants.get(&subject.tenant), subject.tenant_epoch)
            || subject.key.is_some_and(|key| self.keys.contains_key(&key))
    }
}

/// Of two cut-offs the stricter one stays, and of two ends the later one.
fn stricter(known: &mut (i64, Timestamp), min_epoch: i64, until: Timestamp) {
    *known = (known.0.max(min_epoch), known.1.max(until));
}

fn is_before(cut_off: Option<&(i64, Timestamp)>, epoch: i64) -> bool {
    cut_off.is_some_and(|(min_epoch, _)| epoch < *min_epoch)
}

impl MemoryDenylist {
    // A panic while the lock is held cannot leave a map half-changed in a way that revives a token.
    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds entries, at once and without waiting.
    pub(crate) fn add(&self, entries: &[Revocation]) {
        let mut known = self.write();
        for entry in entries {
            known.add(entry);
        }
    }

    /// Those of the entries that are not in it yet.
    #[cfg(feature = "redis")]
    pub(crate) fn unknown(&self, entries: &[Revocation]) -> Vec<Revocation> {
        let known = self.read();
        let unknown = entries.iter().filter(|entry| !known.knows(entry));
        unknown.cloned().collect()
    }

    /// Has SQL read again, which keeps entries longer than any clock is wrong.
    fn go_back(&self, purged: i64, now: Timestamp) {
        let changed = self
            .purged
            .compare_exchange(purged, now.millis(), Ordering::AcqRel, Ordering::Acquire);
        if changed.is_ok() {
            self.suspect();
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Denylist for MemoryDenylist {
    async fn is_denied(&self, subject: &TokenSubject, now: Timestamp) -> Result<bool, CacheError> {
        if !self.is_complete() {
            return Err(CacheError("revocations are not loaded"));
        }
        let hit = self.read().hit(subject);
        // After the look: a purge notes how far it goes before it drops anything.
        let purged = self.purged.load(Ordering::Acquire);
        if now.millis() < purged {
            self.go_back(purged, now);
            return Err(CacheError(
                "the clock went back to a time whose revocations were dropped",
            ));
        }
        Ok(hit)
    }

    async fn deny(&self, entries: &[Revocation]) -> Result<(), CacheError> {
        self.add(entries);
        Ok(())
    }

    fn suspicions(&self) -> u64 {
        self.suspicions.load(Ordering::Acquire)
    }

    async fn load(&self, entries: &[Revocation], suspicions: u64) -> Result<(), CacheError> {
        // Added, not replaced: an entry denied while SQL was being read must survive.
        self.add(entries);
        self.settled.store(suspicions, Ordering::Release);
        Ok(())
    }

    fn suspect(&self) {
        self.suspicions.fetch_add(1, Ordering::AcqRel);
    }

    fn is_complete(&self) -> bool {
        self.settled.load(Ordering::Acquire) == self.suspicions()
    }

    fn purge(&self, now: Timestamp) {
        self.purged.fetch_max(now.millis(), Ordering::AcqRel);
        let mut known = self.write();
        known.tokens.retain(|_, until| *until > now);
        known.sessions.retain(|_, until| *until > now);
        known.users.retain(|_, (_, until)| *until > now);
        known.tenants.retain(|_, (_, until)| *until > now);
        known.keys.retain(|_, until| *until > now);
    }
}

#[cfg(test)]
#[path = "denylist_tests.rs"]
mod tests;
