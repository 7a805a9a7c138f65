//! A tenant switched off by an operator.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::revocation::Revoked;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

impl Auth {
    /// Switches a tenant off. When this returns, every access token, session and refresh token of it is dead on
    /// every node, for good; nobody logs in to it, no link of it works and no mail of it is sent until
    /// [`Auth::enable_tenant`]. Off already is fine.
    ///
    /// # Errors
    /// `tenant_reserved` for the default tenant, `unknown_tenant`, `unavailable`, `internal`.
    pub async fn disable_tenant(&self, tenant: &TenantId, client: &Client) -> Result<(), Error> {
        let now = self.now();
        if *tenant == self.policy().default_tenant {
            return Err(Code::TenantReserved.into());
        }
        let mut tx = self.store().begin().await?;
        let Some(min_epoch) = tx.disable_tenant(tenant, now).await? else {
            return Err(Code::UnknownTenant.into());
        };
        let what = Revoked::Tenant {
            tenant: tenant.fingerprint(),
            min_epoch,
        };
        let event = self.event(Event::TenantDisabled, tenant, client, now)?;
        let committed = self
            .commit_revoking(tx, vec![self.revocation(tenant, what, now)], event)
            .await;
        // Whatever came of it: the next request looks.
        self.tenants().forget(tenant);
        committed
    }
}
