//! A tenant that people can be in from now on.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

impl Auth {
    /// Makes a tenant with the roles that every tenant has; `false` if it is there already.
    ///
    /// # Errors
    /// `tenant_reserved` if its host would be the one of the public URL; `unavailable`, `internal`.
    pub async fn create_tenant(&self, tenant: &TenantId, client: &Client) -> Result<bool, Error> {
        let now = self.now();
        let policy = self.policy();
        if policy
            .tenant_hosts
            .as_ref()
            .is_some_and(|hosts| hosts.hides(tenant))
        {
            return Err(Code::TenantReserved.into());
        }
        let mut tx = self.store().begin().await?;
        if !tx.insert_tenant(tenant, now).await? {
            return Ok(false);
        }
        self.insert_default_roles(&mut *tx, tenant, now).await?;
        let event = self.event(Event::TenantCreated, tenant, client, now)?;
        self.commit(tx, event).await?;
        Ok(true)
    }
}
