use async_trait::async_trait;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::role::{Role, StoredRole};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Result, Roles};

use super::conn::{HasConn, Sql};
use super::types::role as parse;

#[async_trait]
impl<C: HasConn> Roles for Sql<C> {
    async fn insert_role(&mut self, tenant: &TenantId, role: &Role, now: Timestamp) -> Result<bool> {
        let inserted = sql!(
            execute,
            self,
            "INSERT INTO roles (tenant_id, name, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (tenant_id, name) DO NOTHING",
            tenant.as_str(),
            role.as_str(),
            now.millis(),
        )?;
        Ok(inserted == 1)
    }

    async fn insert_role_everywhere(&mut self, role: &Role, now: Timestamp) -> Result<()> {
        // `WHERE true` because SQLite would take ON CONFLICT for the condition of a join.
        sql!(
            execute,
            self,
            "INSERT INTO roles (tenant_id, name, created_at) SELECT id, $1, $2 FROM tenants WHERE true
             ON CONFLICT (tenant_id, name) DO NOTHING",
            role.as_str(),
            now.millis(),
        )?;
        Ok(())
    }

    async fn share_role(&mut self, tenant: &TenantId, role: &Role) -> Result<bool> {
        // Only PostgreSQL needs the lock. SQLite has one writer.
        let row = sql!(
            fetch_optional(String,),
            self,
            postgres: "SELECT name FROM roles WHERE tenant_id = $1 AND name = $2 FOR SHARE",
            sqlite: "SELECT name FROM roles WHERE tenant_id = $1 AND name = $2",
            tenant.as_str(),
            role.as_str(),
        )?;
        Ok(row.is_some())
    }

    async fn lock_role(&mut self, tenant: &TenantId, role: &Role) -> Result<bool> {
        // As above, but against those who share.
        let row = sql!(
            fetch_optional(String,),
            self,
            postgres: "SELECT name FROM roles WHERE tenant_id = $1 AND name = $2 FOR UPDATE",
            sqlite: "SELECT name FROM roles WHERE tenant_id = $1 AND name = $2",
            tenant.as_str(),
            role.as_str(),
        )?;
        Ok(row.is_some())
    }

    async fn delete_role(&mut self, tenant: &TenantId, role: &Role) -> Result<bool> {
        let deleted = sql!(
            execute,
            self,
            "DELETE FROM roles WHERE tenant_id = $1 AND name = $2
                AND NOT EXISTS (SELECT 1 FROM user_roles r WHERE r.tenant_id = $1 AND r.role = $2)",
            tenant.as_str(),
            role.as_str(),
        )?;
        Ok(deleted == 1)
    }

    async fn list_roles(&mut self, tenant: &TenantId) -> Result<Vec<StoredRole>> {
        let rows = sql!(
            fetch_all(String, i64, i64),
            self,
            "SELECT o.name, o.created_at,
                    (SELECT COUNT(*) FROM user_roles r WHERE r.tenant_id = o.tenant_id AND r.role = o.name)
               FROM roles o WHERE o.tenant_id = $1",
            tenant.as_str(),
        )?;
        let stored = |(name, created_at, holders): (String, i64, i64)| {
            Ok(StoredRole {
                role: parse(&name)?,
                created_at: Timestamp::from_millis(created_at),
                holders,
            })
        };
        let mut roles = rows.into_iter().map(stored).collect::<Result<Vec<_>>>()?;
        roles.sort_by(|one, other| one.role.cmp(&other.role)); // here: see `types.rs`
        Ok(roles)
    }

    async fn insert_user_role(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        role: &Role,
        now: Timestamp,
    ) -> Result<()> {
        sql!(
            execute,
            self,
            "INSERT INTO user_roles (user_id, role, tenant_id, granted_at)
             SELECT id, $2, tenant_id, $4 FROM users WHERE id = $1 AND tenant_id = $3
             ON CONFLICT (user_id, role) DO NOTHING",
            user.uuid(),
            role.as_str(),
            tenant.as_str(),
            now.millis(),
        )?;
        Ok(())
    }

    async fn delete_user_roles(&mut self, tenant: &TenantId, user: UserId) -> Result<u64> {
        sql!(
            execute,
            self,
            "DELETE FROM user_roles WHERE tenant_id = $1 AND user_id = $2",
            tenant.as_str(),
            user.uuid(),
        )
    }
}
