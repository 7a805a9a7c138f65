//! What must be true before the first request.

use crate::auth::Auth;
use crate::domain::policy::Policy;
use crate::error::Error;

impl Auth {
    /// Makes the default tenant and the roles of every tenant if they are missing, settles which keys are in force, and loads the revocations.
    ///
    /// # Errors
    /// `unavailable` if the database does not answer; [`Error::Keys`] if this node could not sign.
    pub async fn prepare(&self) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        tx.insert_tenant(&self.policy().default_tenant, now).await?;
        for role in self.default_roles() {
            tx.insert_role_everywhere(&role, now).await?;
        }
        self.publish_configured(&mut *tx, now).await?;
        let default_tenant = tx.find_tenant(&self.policy().default_tenant).await?;
        tx.commit().await?;
        if default_tenant.is_some_and(|tenant| tenant.disabled_at.is_some()) {
            tracing::error!("the default tenant is disabled: nobody can log in to it");
        }
        self.adopt_key(now).await?;
        self.follow_keys().await?;
        self.warn_about_cache().await;
        self.follow_outside_changes().await
    }

    /// Says what is wrong with the server that nodes share. It may come up later than this node.
    async fn warn_about_cache(&self) {
        let Some(cache) = self.cache() else { return };
        match cache.look().await {
            Ok(state) => {
                if let Some(warning) = state.warning {
                    tracing::warn!("Redis {warning}");
                }
            }
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "tokens are refused until it answers"
            ),
        }
    }

    /// Reads the revocations from SQL, the truth, into memory.
    ///
    /// # Errors
    /// `unavailable` if the database does not answer.
    pub async fn reload_revocations(&self) -> Result<(), Error> {
        // What ended before is not read. The list is told so before it is whole: should the clock go back
        // there, it knows that it knows nothing.
        let since = self.now() - Policy::CLOCK_SKEW;
        let suspicions = self.denylist().begin_load().await?;
        let entries = self.store().db().await?.list_revocations(since).await?;
        self.denylist().purge(since);
        Ok(self.denylist().load(&entries, suspicions).await?)
    }
}
