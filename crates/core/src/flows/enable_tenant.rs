//! A tenant switched on by an operator.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

impl Auth {
    /// Switches a tenant on; `false` if it was on. People log in again: nothing that ended begins again.
    ///
    /// # Errors
    /// `unknown_tenant`, `unavailable`, `internal`.
    pub async fn enable_tenant(&self, tenant: &TenantId, client: &Client) -> Result<bool, Error> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        if !tx.enable_tenant(tenant).await? {
            let found = tx.find_tenant(tenant).await?;
            return found.map(|_| false).ok_or(Code::UnknownTenant.into());
        }
        let event = self.event(Event::TenantEnabled, tenant, client, now)?;
        let committed = self.commit(tx, event).await;
        self.tenants().forget(tenant);
        committed.map(|()| true)
    }
}
