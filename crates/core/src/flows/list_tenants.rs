//! The tenants of an installation.

use crate::auth::Auth;
use crate::domain::tenant::Tenant;
use crate::error::Error;

impl Auth {
    /// All tenants by name.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn list_tenants(&self) -> Result<Vec<Tenant>, Error> {
        Ok(self.store().db().await?.list_tenants().await?)
    }
}
