//! A role that can be granted from now on.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::error::Error;

impl Auth {
    /// Makes a role in a tenant; `false` if it is there already.
    ///
    /// # Errors
    /// `unknown_tenant`, `unavailable`, `internal`.
    pub async fn create_role(&self, tenant: &TenantId, role: &Role, client: &Client) -> Result<bool, Error> {
        let now = self.now();
        self.expect_tenant(tenant).await?;
        let mut tx = self.store().begin().await?;
        if !tx.insert_role(tenant, role, now).await? {
            return Ok(false);
        }
        let event = self.event(Event::RoleCreated, tenant, client, now)?;
        self.commit(tx, event).await?;
        Ok(true)
    }
}
