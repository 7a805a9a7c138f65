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
        row.map(stored).transpose()
    }

    async fn list_tenants(&mut self) -> Result<Vec<Tenant>> {
        let rows = sql!(
            fetch_all(String, i64, Option<i64>),
            self,
            "SELECT id, created_at, disabled_at FROM tenants",
        )?;
        let mut tenants = rows.into_iter().map(stored).collect::<Result<Vec<_>>>()?;
        tenants.sort_by(|one, other| one.id.as_str().cmp(other.id.as_str())); // here: see `types.rs`
        Ok(tenants)
    }

    async fn disable_tenant(&mut self, tenant: &TenantId, now: Timestamp) -> Result<Option<i64>> {
        let row = sql!(
            fetch_optional(i64,),
            self,
            "UPDATE tenants SET disabled_at = COALESCE(disabled_at, $2), token_epoch = token_epoch + 1
              WHERE id = $1 RETURNING token_epoch",
            tenant.as_str(),
            now.millis(),
        )?;
        Ok(row.map(|(epoch,)| epoch))
    }

    async fn enable_tenant(&mut self, tenant: &TenantId) -> Result<bool> {
        let enabled = sql!(
            execute,
            self,
            "UPDATE tenants SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL",
            tenant.as_str(),
        )?;
        Ok(enabled == 1)
    }
}

fn stored((id, created_at, disabled_at): (String, i64, Option<i64>)) -> Result<Tenant> {
    Ok(Tenant {
        id: parse(&id)?,
        created_at: Timestamp::from_millis(created_at),
        disabled_at: instant(disabled_at),
    })
}
