//! The accounts of a tenant, page by page.

use crate::auth::Auth;
use crate::domain::ids::UserId;
use crate::domain::tenant::TenantId;
use crate::domain::user::User;
use crate::error::Error;

impl Auth {
    /// At most `limit` accounts after `after`, in the order of their ids.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn list_users(
        &self,
        tenant: &TenantId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<User>, Error> {
        let mut db = self.store().db().await?;
        Ok(db.list_users(tenant, after, i64::from(limit)).await?)
    }
}
