//! The tenant of a request that is not authenticated yet.

use crate::auth::Auth;
use crate::domain::client::Client;
use crate::domain::limits::{Counted, Rule};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::error::{Code, Error};
use crate::tenant_cache::Known;

impl Auth {
    /// Refuses a tenant that does not exist or is disabled. Made-up names cost one look each, up to a limit by
    /// network, and are not remembered.
    ///
    /// The default tenant is always there.
    ///
    /// # Errors
    /// `unknown_tenant`, `tenant_disabled`, `rate_limited`, `unavailable`.
    pub async fn admit_tenant(&self, tenant: &TenantId, client: &Client) -> Result<(), Error> {
        let now = self.now();
        if *tenant == self.policy().default_tenant {
            return Ok(());
        }
        match self.tenants().find(tenant, now) {
            Known::Enabled => Ok(()),
            Known::Disabled => Err(Code::TenantDisabled.into()),
            Known::Exists => self.look_at_tenant(tenant, now).await,
            Known::Nothing => {
                // Counted in the default tenant: in one that is made up, every name would be a limit of its own.
                let network = Counted::Network(&self.policy().default_tenant, client.network());
                self.limit(Rule::UnknownTenant, network, now).await?;
                let found = self.look_at_tenant(tenant, now).await;
                if self.tenants().find(tenant, now) != Known::Nothing {
                    // Whoever serves many tenants from one place is no guesser.
                    self.forgive(Rule::UnknownTenant, network).await?;
                }
                found
            }
        }
    }

    async fn look_at_tenant(&self, tenant: &TenantId, now: Timestamp) -> Result<(), Error> {
        let found = self.store().db().await?.find_tenant(tenant).await?;
        let found = found.ok_or(Code::UnknownTenant)?;
        self.tenants().keep(&found, now);
        match found.disabled_at {
            None => Ok(()),
            Some(_) => Err(Code::TenantDisabled.into()),
        }
    }
}
