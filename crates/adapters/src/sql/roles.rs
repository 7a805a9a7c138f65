use async_trait::async_trait;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Result, Roles};

use super::conn::{HasConn, Sql};

#[async_trait]
impl<C: HasConn> Roles for Sql<C> {
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
