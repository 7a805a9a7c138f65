//! The tenant of an operator's command.

use crate::auth::Auth;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

impl Auth {
    /// Refuses a tenant that does not exist. The default one is made where no server has made it yet.
    ///
    /// # Errors
    /// `unknown_tenant`, `unavailable`.
    pub async fn expect_tenant(&self, tenant: &TenantId) -> Result<(), Error> {
        let now = self.now();
        if self.store().db().await?.find_tenant(tenant).await?.is_some() {
            return Ok(());
        }
        if *tenant != self.policy().default_tenant {
            return Err(Code::UnknownTenant.into());
        }
        let mut tx = self.store().begin().await?;
        tx.insert_tenant(tenant, now).await?;
        self.insert_default_roles(&mut *tx, tenant, now).await?;
        Ok(tx.commit().await?)
    }
}
