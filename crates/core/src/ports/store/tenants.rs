use async_trait::async_trait;

use super::Result;
use crate::domain::tenant::{Tenant, TenantId};
use crate::domain::time::Timestamp;

/// Tenants.
#[async_trait]
pub trait Tenants {
    /// Makes a tenant; `false` if there is one of that name.
    async fn insert_tenant(&mut self, tenant: &TenantId, now: Timestamp) -> Result<bool>;

    /// The tenant of that name.
    async fn find_tenant(&mut self, tenant: &TenantId) -> Result<Option<Tenant>>;
}
