//! Keeping the memory of revocations equal to SQL, the truth.

use crate::auth::Auth;
use crate::error::Error;

impl Auth {
    /// Reads the revocations again if another program changed them, or if the memory's copy became
    /// suspect. Where nodes share them, it also hands on what a node has committed and not announced.
    ///
    /// # Errors
    /// `unavailable` while the database or the shared server does not answer; the node refuses tokens
    /// when it cannot be sure of them.
    pub async fn heal(&self) -> Result<(), Error> {
        // Keys never keep revocations waiting.
        let keys = self.heal_keys().await;
        self.follow_outside_changes().await?;
        if !self.denylist().is_complete() {
            self.reload_revocations().await?;
        }
        if self.denylist().is_shared() && !self.outside().is_outsider() {
            self.find_unannounced().await?;
        }
        keys
    }

    /// Follows the changes of keys, and takes the steps that are due.
    async fn heal_keys(&self) -> Result<(), Error> {
        if self.outside().is_outsider() {
            return Ok(()); // it serves nobody
        }
        self.follow_keys().await?;
        self.advance_keys().await
    }

    /// Looks for revocations that were committed since the last look. A node that was killed between
    /// its commit and its announcement has told nobody.
    async fn find_unannounced(&self) -> Result<(), Error> {
        let now = self.now();
        let since = self.outside().looked();
        let mut db = self.store().db().await?;
        let (mut entries, mark) = db.list_revocations_since(since, now).await?;
        if mark < since {
            // Marks only grow within one database: it has been replaced by a restored one.
            (entries, _) = db.list_revocations_since(0, now).await?;
        }
        drop(db);
        self.denylist().reconcile(&entries).await?;
        self.outside().set_looked(mark);
        Ok(())
    }
}
