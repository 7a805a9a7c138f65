//! State that every request needs at memory speed: denied tokens and counted attempts.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::limits::{Counted, Rate, Rule};
use crate::domain::measure::Calls;
use crate::domain::revocation::{Revocation, TokenSubject};
use crate::domain::time::Timestamp;

/// The cache cannot answer. Whoever asked must refuse (fail closed).
#[derive(Debug, thiserror::Error)]
#[error("cache unavailable: {0}")]
pub struct CacheError(pub &'static str);

/// The set of denied tokens. SQL is the truth (decision D9); this is its replica.
#[async_trait]
pub trait Denylist: Send + Sync + std::fmt::Debug {
    /// Whether the token is denied at `now`. An error if that cannot be known.
    async fn is_denied(&self, subject: &TokenSubject, now: Timestamp) -> Result<bool, CacheError>;

    /// Adds entries; when this returns, no node accepts a token that they hit.
    async fn deny(&self, entries: &[Revocation]) -> Result<(), CacheError>;

    /// How often the set has been suspect.
    fn suspicions(&self) -> u64;

    /// Announces that SQL is read now; what it answers belongs to [`Denylist::load`].
    async fn begin_load(&self) -> Result<u64, CacheError> {
        Ok(self.suspicions())
    }

    /// Adds what SQL holds. Afterwards the set is complete, unless it became
    /// suspect again since [`Denylist::begin_load`] answered `suspicions`.
    async fn load(&self, entries: &[Revocation], suspicions: u64) -> Result<(), CacheError>;

    /// The set may lack an entry that SQL holds: answer with an error until it has been loaded.
    fn suspect(&self);

    /// Resolves when the set has become suspect by itself, and SQL should be read at once.
    async fn suspected(&self) {
        std::future::pending::<()>().await;
    }

    /// Whether the set is complete.
    fn is_complete(&self) -> bool;

    /// Whether it can tell now which tokens are denied, as far as that is known without asking.
    fn can_answer(&self) -> bool {
        self.is_complete()
    }

    /// How fresh what it knows of other nodes is, if it may answer for a limited time only.
    fn lease(&self) -> Option<Lease> {
        None
    }

    /// Whether several nodes share the set, so that entries of others can have been lost on the way.
    fn is_shared(&self) -> bool {
        false
    }

    /// Adds what SQL holds, and hands on what was unknown: the node that wrote it may be gone.
    async fn reconcile(&self, entries: &[Revocation]) -> Result<(), CacheError> {
        self.deny(entries).await
    }

    /// Forgets entries that ended before `now`. Asked about an earlier instant from then on, it answers with an
    /// error until SQL has been read again.
    fn purge(&self, now: Timestamp);
}

/// A node's permission to decide from its own memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// How long ago the node last proved that it had heard everything; `None` before the first time.
    pub age: Option<Duration>,
    /// How old it may become before the node refuses.
    pub length: Duration,
}

/// Counts attempts within sliding windows.
#[async_trait]
pub trait Limiter: Send + Sync + std::fmt::Debug {
    /// Counts one attempt. `Some` = refused, with the time until one will be allowed:
    /// when the window has moved on, or after a growing pause if the rule delays.
    /// A refused attempt is not counted.
    async fn hit(
        &self,
        rule: Rule,
        counted: Counted<'_>,
        rate: Rate,
        now: Timestamp,
    ) -> Result<Option<Duration>, CacheError>;

    /// Forgets the attempts counted so far, after a success.
    async fn forgive(&self, rule: Rule, counted: Counted<'_>) -> Result<(), CacheError>;
}

/// What a look at the server that nodes share has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheState {
    /// Time of one round trip.
    pub latency: Duration,
    /// Why it may lose what it is given, if its settings say that.
    pub warning: Option<&'static str>,
}

/// The server that nodes share, as readiness sees it.
#[async_trait]
pub trait CacheServer: Send + Sync + std::fmt::Debug {
    /// Asks it for a sign of life.
    async fn look(&self) -> Result<CacheState, CacheError>;

    /// Begins the list of revocations anew: whoever follows it decides nothing until SQL has been read again.
    async fn forget_revocations(&self) -> Result<(), CacheError>;

    /// How its calls went since the start, by kind.
    fn calls(&self) -> Vec<Calls>;
}
