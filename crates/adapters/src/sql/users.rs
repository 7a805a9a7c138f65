use async_trait::async_trait;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::domain::user::{Login, NewUser, User};
use horizon_auth_core::ports::store::{Result, Users};
use uuid::Uuid;

use super::conn::{HasConn, Sql};
use super::types::UserRow;

#[derive(sqlx::FromRow)]
struct LoginRow {
    id: Uuid,
    hash: Option<String>,
    cred_version: i64,
    email_verified_at: Option<i64>,
    disabled_at: Option<i64>,
}

#[async_trait]
impl<C: HasConn> Users for Sql<C> {
    async fn insert_user(&mut self, new: &NewUser) -> Result<bool> {
        let inserted = sql!(
            execute,
            self,
            "INSERT INTO users (id, tenant_id, email, email_written, full_name,
                                cred_version, token_epoch, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, 1, 1, $6, $6)
             ON CONFLICT (tenant_id, email) DO NOTHING",
            new.id.uuid(),
            new.tenant.as_str(),
            new.email.canonical(),
            new.email.written(),
            new.full_name.as_deref(),
            new.created_at.millis(),
        )?;
        Ok(inserted == 1)
    }

    async fn find_user(&mut self, tenant: &TenantId, user: UserId) -> Result<Option<User>> {
        let row = sql!(
            fetch_optional UserRow,
            self,
            "SELECT u.id, u.tenant_id, u.email, u.email_written, u.full_name, u.email_verified_at, u.disabled_at,
                    u.cred_version, u.token_epoch, u.created_at, u.updated_at,
                    (SELECT string_agg(r.role, ' ') FROM user_roles r
                      WHERE r.user_id = u.id AND r.tenant_id = u.tenant_id) AS roles
               FROM users u WHERE u.id = $1 AND u.tenant_id = $2",
            user.uuid(),
            tenant.as_str(),
        )?;
        row.map(User::try_from).transpose()
    }

    async fn find_user_id(&mut self, tenant: &TenantId, email: &Email) -> Result<Option<UserId>> {
        let row = sql!(
            fetch_optional(Uuid,),
            self,
            "SELECT id FROM users WHERE tenant_id = $1 AND email = $2",
            tenant.as_str(),
            email.canonical(),
        )?;
        Ok(row.map(|(id,)| UserId::from_uuid(id)))
    }

    async fn find_login(&mut self, tenant: &TenantId, email: &Email) -> Result<Option<Login>> {
        let row = sql!(
            fetch_optional LoginRow,
            self,
            "SELECT u.id, p.hash, u.cred_version, u.email_verified_at, u.disabled_at
               FROM users u LEFT JOIN passwords p ON p.user_id = u.id AND p.tenant_id = u.tenant_id
              WHERE u.tenant_id = $1 AND u.email = $2",
            tenant.as_str(),
            email.canonical(),
        )?;
        Ok(row.map(|row| Login {
            user: UserId::from_uuid(row.id),
            password: row.hash.map(PasswordHash::new),
            cred_version: row.cred_version,
            email_verified: row.email_verified_at.is_some(),
            disabled: row.disabled_at.is_some(),
        }))
    }

    async fn advance_token_epoch(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<i64>> {
        let row = sql!(
            fetch_optional(i64,),
            self,
            "UPDATE users SET token_epoch = token_epoch + 1, updated_at = $3
              WHERE id = $1 AND tenant_id = $2 RETURNING token_epoch",
            user.uuid(),
            tenant.as_str(),
            now.millis(),
        )?;
        Ok(row.map(|(epoch,)| epoch))
    }

    async fn advance_credentials(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<i64>> {
        let row = sql!(
            fetch_optional(i64,),
            self,
            "UPDATE users SET cred_version = cred_version + 1, token_epoch = token_epoch + 1, updated_at = $3
              WHERE id = $1 AND tenant_id = $2 RETURNING token_epoch",
            user.uuid(),
            tenant.as_str(),
            now.millis(),
        )?;
        Ok(row.map(|(epoch,)| epoch))
    }
}
