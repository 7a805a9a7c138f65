//! Changes that another program makes beside the server: the server's side, and the other one's.

use crate::auth::Auth;
use crate::error::Error;
use crate::ports::cache::CacheError;

impl Auth {
    /// Reads the revocations again if another program has changed them since the last look, and says so.
    ///
    /// The number is read before the revocations are: whatever it counts is in them.
    pub(super) async fn follow_outside_changes(&self) -> Result<(), Error> {
        if self.outside().is_outsider() {
            return self.reload_revocations().await; // nobody is served from this memory: it confirms nothing
        }
        let mut db = self.store().db().await?;
        if !self.life().is_still(db.find_life().await?) {
            self.stand_down();
            tracing::error!(
                "the database was restored from a backup while this process ran: it accepts nothing any more, restart it"
            );
            return Err(CacheError("the database is not the one that this process began with").into());
        }
        let (made, seen) = db.find_outside_changes().await?;
        drop(db);
        if self.outside().read() != Some(made) {
            // A revoked key ends with its tokens: what is seen is seen whole.
            self.follow_keys().await?;
            if let Err(error) = self.reload_revocations().await {
                // The memory is known to lack something: refuse until it has been read.
                self.denylist().suspect();
                return Err(error);
            }
            self.outside().set_read(made);
        }
        if seen < made {
            let mut tx = self.store().begin().await?;
            tx.mark_outside_changes_seen(made).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whether the running server has read everything that this engine revoked beside it.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn is_in_effect(&self) -> Result<bool, Error> {
        // What nodes share was told to all of them before the change was answered.
        let Some(number) = self.outside().noted().filter(|_| !self.denylist().is_shared()) else {
            return Ok(true);
        };
        let (_, seen) = self.store().db().await?.find_outside_changes().await?;
        Ok(seen >= number)
    }
}
