use async_trait::async_trait;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Passwords, Result};

use super::conn::{HasConn, Sql};
use super::error::one_row;

#[async_trait]
impl<C: HasConn> Passwords for Sql<C> {
    async fn put_password(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        hash: &PasswordHash,
        now: Timestamp,
    ) -> Result<()> {
        let written = sql!(
            execute,
            self,
            "INSERT INTO passwords (user_id, tenant_id, hash, updated_at)
             SELECT id, tenant_id, $3, $4 FROM users WHERE id = $1 AND tenant_id = $2
             ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, updated_at = excluded.updated_at",
            user.uuid(),
            tenant.as_str(),
            hash.as_str(),
            now.millis(),
        )?;
        one_row(written, "a password is for a user who is not in the tenant")
    }

    async fn rehash_password(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        old: &PasswordHash,
        new: &PasswordHash,
        now: Timestamp,
    ) -> Result<bool> {
        let replaced = sql!(
            execute,
            self,
            "UPDATE passwords SET hash = $4, updated_at = $5 WHERE user_id = $1 AND tenant_id = $2 AND hash = $3",
            user.uuid(),
            tenant.as_str(),
            old.as_str(),
            new.as_str(),
            now.millis(),
        )?;
        Ok(replaced == 1)
    }
}
