//! Revocations of a program that works beside the nodes, such as the command line.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use horizon_auth_core::domain::revocation::{Revocation, TokenSubject};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::cache::{CacheError, Denylist};
use horizon_auth_core::ports::clock::Clock;

use super::entry::Body;
use super::lease::patience_of;
use super::link::Link;

/// Tells the nodes what is denied, and decides about no token itself.
#[derive(Debug)]
pub struct PublishingDenylist {
    link: Arc<Link>,
    lease: Duration,
    clock: Arc<dyn Clock>,
}

impl PublishingDenylist {
    /// Publishes through this link to nodes with this lease.
    #[must_use]
    pub fn new(link: Arc<Link>, lease: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { link, lease, clock }
    }
}

#[async_trait]
impl Denylist for PublishingDenylist {
    async fn is_denied(&self, _: &TokenSubject, _: Timestamp) -> Result<bool, CacheError> {
        Err(CacheError("this program does not follow revocations"))
    }

    async fn deny(&self, entries: &[Revocation]) -> Result<(), CacheError> {
        if entries.is_empty() {
            return Ok(());
        }
        let body = Body::Denied(entries.to_vec());
        self.link.append(&body).await.map_err(|error| {
            tracing::error!(%error, "a revocation did not reach the nodes yet");
            CacheError("a revocation did not reach the nodes yet")
        })?;
        // By the end of a lease each node has read the entry, or refuses. Nobody reports to this program.
        let ((), written) = tokio::join!(
            tokio::time::sleep(patience_of(self.lease)),
            self.link.write_keys(entries, self.clock.now())
        );
        if let Err(error) = written {
            tracing::warn!(%error, "verifiers that are not ours do not know of a revocation yet");
        }
        Ok(())
    }

    fn suspicions(&self) -> u64 {
        0
    }

    async fn load(&self, _: &[Revocation], _: u64) -> Result<(), CacheError> {
        Ok(())
    }

    fn suspect(&self) {}

    fn is_complete(&self) -> bool {
        true
    }

    fn can_answer(&self) -> bool {
        false
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn purge(&self, _: Timestamp) {}
}
