use async_trait::async_trait;
use horizon_auth_core::domain::tenant::{Tenant, TenantId};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Result, Tenants};

use super::conn::{HasConn, Sql};
use super::types::{instant, tenant as parse};

#[async_trait]
impl<C: HasConn> Tenants for Sql<C> {
    async fn insert_tenant(&mut self, tenant: &TenantId, now: Timestamp) -> Result<bool> {
        let inserted = sql!(
            execute,
            self,
            "INSERT INTO tenants (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
            tenant.as_str(),
            now.millis(),
        )?;
        Ok(inserted == 1)
    }

    async fn find_tenant(&mut self, tenant: &TenantId) -> Result<Option<Tenant>> {
        let row = sql!(
            fetch_optional(String, i64, Option<i64>),
            self,
            "SELECT id, created_at, disabled_at FROM tenants WHERE id = $1",
            tenant.as_str(),
        )?;
        row.map(|(id, created_at, disabled_at)| {
            Ok(Tenant {
                id: parse(&id)?,
                created_at: Timestamp::from_millis(created_at),
                disabled_at: instant(disabled_at),
            })
        })
        .transpose()
    }
}
