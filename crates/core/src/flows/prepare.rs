//! What must be true before the first request.

use crate::auth::Auth;
use crate::domain::key::PublishedKey;
use crate::error::Error;

impl Auth {
    /// Makes the default tenant if it is missing, notes the published keys, and loads the revocations.
    ///
    /// # Errors
    /// `unavailable` if the database does not answer.
    pub async fn prepare(&self) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        tx.insert_tenant(&self.policy().default_tenant, now).await?;
        for key in self.tokens().ring().keys() {
            let published = PublishedKey {
                kid: key.kid().to_owned(),
                algorithm: key.algorithm(),
                public_key: key.spki_der().to_vec(),
                first_seen_at: now,
            };
            if tx.insert_published_key(&published).await? {
                tracing::info!(kid = key.kid(), algorithm = %key.algorithm(), "publishing a new key");
            }
        }
        tx.commit().await?;
        self.follow_outside_changes().await
    }

    /// Reads the revocations from SQL, the truth, into memory.
    ///
    /// # Errors
    /// `unavailable` if the database does not answer.
    pub async fn reload_revocations(&self) -> Result<(), Error> {
        let now = self.now();
        let suspicions = self.denylist().suspicions();
        let entries = self.store().db().await?.list_revocations(now).await?;
        Ok(self.denylist().load(&entries, suspicions).await?)
    }
}
