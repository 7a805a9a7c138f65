//! Revocations that are looked up in Redis for every token.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use horizon_auth_core::domain::revocation::{Revocation, TokenSubject};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::cache::{CacheError, Denylist};
use horizon_auth_core::ports::clock::Clock;
use tokio::sync::Notify;

use super::link::{Link, LinkError};
use super::question::in_this_life;
use crate::cache::memory::MemoryDenylist;

/// Remembers that SQL is being read. The key is lost with everything else, if that happens meanwhile.
const BEGIN: &str = in_this_life!("redis.call('SET', KEYS[1], life, 'PX', 300000) return 1");
/// Notes that what SQL held is written, if nothing was lost since it was read.
const FINISH: &str = in_this_life!(
    "if redis.call('GET', KEYS[1]) ~= life then return 0 end\n\
     redis.call('DEL', KEYS[1])\n\
     redis.call('SET', KEYS[2], life)\n\
     return 1"
);

/// Denied tokens as keys in Redis, asked for in one round trip per token.
///
/// Beside the keys stands a marker that names the server's life in which SQL was written into it. Is it
/// missing or another, then denied tokens may be missing too: nothing is answered until SQL has been
/// written back.
#[derive(Debug)]
pub struct LookUpDenylist {
    link: Arc<Link>,
    clock: Arc<dyn Clock>,
    /// What this node knows to be written. It decides nothing.
    written: MemoryDenylist,
    suspected: Notify,
    /// Of a cluster: the lives of all servers when they were last looked at.
    lives: Mutex<Option<Vec<String>>>,
}

impl LookUpDenylist {
    /// Asks through this link.
    #[must_use]
    pub fn new(link: Arc<Link>, clock: Arc<dyn Clock>) -> Self {
        Self {
            link,
            clock,
            written: MemoryDenylist::default(),
            suspected: Notify::new(),
            lives: Mutex::new(None),
        }
    }

    // The braces put this on the server of the other marker, in a cluster.
    fn loading_key(&self) -> String {
        self.link.key(&format!("{{rev}}:loading:{}", self.link.node()))
    }

    async fn write(&self, entries: &[Revocation]) -> Result<(), CacheError> {
        let written = self.link.write_keys(entries, self.clock.now()).await;
        written.map_err(|error| {
            tracing::error!(%error, "a revocation could not be written");
            CacheError("a revocation could not be written")
        })?;
        self.written.add(entries);
        Ok(())
    }

    /// A cluster keeps keys on many servers and the marker on one; so the others are looked at here.
    async fn watch_cluster(&self) -> Result<(), LinkError> {
        let lives = self.link.lives().await?;
        let mut known = self.lives.lock().unwrap_or_else(PoisonError::into_inner);
        if known.replace(lives.clone()).is_some_and(|known| known != lives) {
            self.suspect();
        }
        Ok(())
    }
}

fn unavailable(error: &LinkError) -> CacheError {
    tracing::warn!(%error, "revocations cannot be looked up");
    CacheError("Redis does not tell what is denied")
}

#[async_trait]
impl Denylist for LookUpDenylist {
    async fn is_denied(&self, subject: &TokenSubject, _now: Timestamp) -> Result<bool, CacheError> {
        if !self.is_complete() {
            return Err(CacheError("revocations are not loaded"));
        }
        let (is_denied, is_loaded) = self
            .link
            .ask_about(subject)
            .await
            .map_err(|error| unavailable(&error))?;
        if !is_loaded {
            // Once: each further doubt would put the end of the loading off.
            if self.is_complete() {
                self.suspect();
            }
            return Err(CacheError("Redis has lost revocations"));
        }
        Ok(is_denied)
    }

    async fn deny(&self, entries: &[Revocation]) -> Result<(), CacheError> {
        self.write(entries).await
    }

    fn suspicions(&self) -> u64 {
        self.written.suspicions()
    }

    async fn begin_load(&self) -> Result<u64, CacheError> {
        let suspicions = self.suspicions();
        let mut command = ::redis::cmd("EVAL");
        command.arg(BEGIN).arg(1).arg(self.loading_key());
        let begun: Result<i64, _> = self.link.call(&command).await;
        begun.map_err(|error| unavailable(&error))?;
        Ok(suspicions)
    }

    async fn load(&self, entries: &[Revocation], suspicions: u64) -> Result<(), CacheError> {
        self.write(entries).await?;
        let mut finish = ::redis::cmd("EVAL");
        finish
            .arg(FINISH)
            .arg(2)
            .arg(self.loading_key())
            .arg(self.link.loaded_key());
        let is_whole: bool = self
            .link
            .call(&finish)
            .await
            .map_err(|error| unavailable(&error))?;
        if !is_whole {
            return Err(CacheError("Redis lost revocations while they were loaded"));
        }
        self.written.load(&[], suspicions).await
    }

    fn suspect(&self) {
        self.written.suspect();
        self.suspected.notify_one();
    }

    async fn suspected(&self) {
        self.suspected.notified().await;
    }

    fn is_complete(&self) -> bool {
        self.written.is_complete()
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn reconcile(&self, entries: &[Revocation]) -> Result<(), CacheError> {
        if self.link.is_cluster() {
            self.watch_cluster().await.map_err(|error| unavailable(&error))?;
        }
        // Applications look at the keys too, also while nobody shows this node a token.
        let is_loaded = self.link.is_loaded().await;
        if !is_loaded.map_err(|error| unavailable(&error))? && self.is_complete() {
            self.suspect();
        }
        self.write(&self.written.unknown(entries)).await
    }

    fn purge(&self, now: Timestamp) {
        self.written.purge(now);
    }
}
