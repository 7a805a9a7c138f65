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

    /// All tenants by name.
    async fn list_tenants(&mut self) -> Result<Vec<Tenant>>;

    /// Switches a tenant off and makes all its sessions and access tokens old, in one statement and however
    /// many they are; the new epoch, or `None` if there is no such tenant. Off already is fine.
    async fn disable_tenant(&mut self, tenant: &TenantId, now: Timestamp) -> Result<Option<i64>>;

    /// Switches a tenant on; `false` if there is none or it is on. What was made old stays so.
    async fn enable_tenant(&mut self, tenant: &TenantId) -> Result<bool>;
}
