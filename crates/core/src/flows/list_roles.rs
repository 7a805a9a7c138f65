//! The roles that can be granted.

use crate::auth::Auth;
use crate::domain::role::StoredRole;
use crate::domain::tenant::TenantId;
use crate::error::Error;

impl Auth {
    /// The roles of a tenant by name, each with the number of those who have it.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn list_roles(&self, tenant: &TenantId) -> Result<Vec<StoredRole>, Error> {
        Ok(self.store().db().await?.list_roles(tenant).await?)
    }
}
