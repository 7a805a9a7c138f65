//! Where somebody is logged in.

use crate::auth::Auth;
use crate::domain::ids::UserId;
use crate::domain::session::ListedSession;
use crate::domain::tenant::TenantId;
use crate::error::Error;

impl Auth {
    /// The sessions of a user that can still be used, newest first.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn list_sessions(&self, tenant: &TenantId, user: UserId) -> Result<Vec<ListedSession>, Error> {
        let now = self.now();
        let mut db = self.store().db().await?;
        Ok(db.list_live_sessions(tenant, user, None, now).await?)
    }
}
