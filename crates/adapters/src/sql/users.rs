use async_trait::async_trait;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::domain::user::{DisableReason, Login, NewUser, ProfileChange, User};
use horizon_auth_core::ports::store::{Result, Users};
use uuid::Uuid;

use super::conn::{HasConn, Sql};
use super::error::is_taken;
use super::types::{UserRow, disabled_by, tenant as tenant_id};

row! {
    struct LoginRow {
        id: Uuid,
        hash: Option<String>,
        cred_version: i64,
        email_verified_at: Option<i64>,
        disabled_at: Option<i64>,
        disabled_reason: Option<String>,
    }
}

impl From<LoginRow> for Login {
    fn from(row: LoginRow) -> Self {
        Self {
            user: UserId::from_uuid(row.id),
            password: row.hash.map(PasswordHash::new),
            cred_version: row.cred_version,
            email_verified: row.email_verified_at.is_some(),
            disabled: disabled_by(row.disabled_at, row.disabled_reason.as_deref()),
        }
    }
}

#[async_trait]
impl<C: HasConn> Users for Sql<C> {
    async fn insert_user(&mut self, new: &NewUser) -> Result<bool> {
        let inserted = sql!(
            execute,
            self,
            "INSERT INTO users (id, tenant_id, email, email_written, full_name, locale, email_verified_at,
                                cred_version, token_epoch, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1, $8, $8)
             ON CONFLICT (tenant_id, email) DO NOTHING",
            new.id.uuid(),
            new.tenant.as_str(),
            new.email.canonical(),
            new.email.written(),
            new.full_name.as_deref(),
            new.locale.as_ref().map(Locale::as_str),
            new.email_verified_at.map(Timestamp::millis),
            new.created_at.millis(),
        )?;
        Ok(inserted == 1)
    }

    async fn find_user(&mut self, tenant: &TenantId, user: UserId) -> Result<Option<User>> {
        let row = sql!(
            fetch_optional UserRow,
            self,
            "SELECT u.id, u.tenant_id, u.email, u.email_written, u.full_name, u.email_verified_at, u.disabled_at,
                    u.disabled_reason, u.locale, u.cred_version, u.token_epoch, u.created_at, u.updated_at,
                    (SELECT t.token_epoch FROM tenants t WHERE t.id = u.tenant_id) AS tenant_epoch,
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

    async fn find_user_tenant(&mut self, user: UserId) -> Result<Option<TenantId>> {
        let row = sql!(
            fetch_optional(String,),
            self,
            "SELECT tenant_id FROM users WHERE id = $1",
            user.uuid(),
        )?;
        row.map(|(name,)| tenant_id(&name)).transpose()
    }

    async fn find_user_by_email(&mut self, tenant: &TenantId, email: &Email) -> Result<Option<User>> {
        let row = sql!(
            fetch_optional UserRow,
            self,
            "SELECT u.id, u.tenant_id, u.email, u.email_written, u.full_name, u.email_verified_at, u.disabled_at,
                    u.disabled_reason, u.locale, u.cred_version, u.token_epoch, u.created_at, u.updated_at,
                    (SELECT t.token_epoch FROM tenants t WHERE t.id = u.tenant_id) AS tenant_epoch,
                    (SELECT string_agg(r.role, ' ') FROM user_roles r
                      WHERE r.user_id = u.id AND r.tenant_id = u.tenant_id) AS roles
               FROM users u WHERE u.tenant_id = $1 AND u.email = $2",
            tenant.as_str(),
            email.canonical(),
        )?;
        row.map(User::try_from).transpose()
    }

    async fn list_users(
        &mut self,
        tenant: &TenantId,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<Vec<User>> {
        let rows = sql!(
            fetch_all UserRow,
            self,
            "SELECT u.id, u.tenant_id, u.email, u.email_written, u.full_name, u.email_verified_at, u.disabled_at,
                    u.disabled_reason, u.locale, u.cred_version, u.token_epoch, u.created_at, u.updated_at,
                    (SELECT t.token_epoch FROM tenants t WHERE t.id = u.tenant_id) AS tenant_epoch,
                    (SELECT string_agg(r.role, ' ') FROM user_roles r
                      WHERE r.user_id = u.id AND r.tenant_id = u.tenant_id) AS roles
               FROM users u WHERE u.tenant_id = $1 AND u.id > $2 ORDER BY u.id LIMIT $3",
            tenant.as_str(),
            after.map_or(Uuid::nil(), UserId::uuid),
            limit,
        )?;
        rows.into_iter().map(User::try_from).collect()
    }

    async fn find_login(&mut self, tenant: &TenantId, email: &Email) -> Result<Option<Login>> {
        let row = sql!(
            fetch_optional LoginRow,
            self,
            "SELECT u.id, p.hash, u.cred_version, u.email_verified_at, u.disabled_at, u.disabled_reason
               FROM users u LEFT JOIN passwords p ON p.user_id = u.id AND p.tenant_id = u.tenant_id
              WHERE u.tenant_id = $1 AND u.email = $2",
            tenant.as_str(),
            email.canonical(),
        )?;
        Ok(row.map(Login::from))
    }

    async fn find_login_of(&mut self, tenant: &TenantId, user: UserId) -> Result<Option<Login>> {
        let row = sql!(
            fetch_optional LoginRow,
            self,
            "SELECT u.id, p.hash, u.cred_version, u.email_verified_at, u.disabled_at, u.disabled_reason
               FROM users u LEFT JOIN passwords p ON p.user_id = u.id AND p.tenant_id = u.tenant_id
              WHERE u.tenant_id = $1 AND u.id = $2",
            tenant.as_str(),
            user.uuid(),
        )?;
        Ok(row.map(Login::from))
    }

    async fn update_profile(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        change: &ProfileChange,
        now: Timestamp,
    ) -> Result<bool> {
        let updated = sql!(
            execute,
            self,
            "UPDATE users SET full_name = CASE WHEN $3 THEN $4 ELSE full_name END,
                              locale = CASE WHEN $5 THEN $6 ELSE locale END, updated_at = $7
              WHERE id = $1 AND tenant_id = $2",
            user.uuid(),
            tenant.as_str(),
            change.full_name.is_some(),
            change.full_name.as_ref().and_then(Option::as_deref),
            change.locale.is_some(),
            change
                .locale
                .as_ref()
                .and_then(Option::as_ref)
                .map(Locale::as_str),
            now.millis(),
        )?;
        Ok(updated == 1)
    }

    async fn mark_email_verified(&mut self, tenant: &TenantId, user: UserId, now: Timestamp) -> Result<()> {
        sql!(
            execute,
            self,
            "UPDATE users SET email_verified_at = $3, updated_at = $3
              WHERE id = $1 AND tenant_id = $2 AND email_verified_at IS NULL",
            user.uuid(),
            tenant.as_str(),
            now.millis(),
        )?;
        Ok(())
    }

    async fn replace_email(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        email: &Email,
        now: Timestamp,
    ) -> Result<bool> {
        let replaced = sql!(
            execute,
            self,
            "UPDATE users SET email = $3, email_written = $4, email_verified_at = $5, updated_at = $5
              WHERE id = $1 AND tenant_id = $2",
            user.uuid(),
            tenant.as_str(),
            email.canonical(),
            email.written(),
            now.millis(),
        );
        match replaced {
            Err(error) if is_taken(&error) => Ok(false),
            other => Ok(other? == 1),
        }
    }

    async fn disable_user(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        reason: DisableReason,
        now: Timestamp,
    ) -> Result<bool> {
        let disabled = sql!(
            execute,
            self,
            "UPDATE users SET disabled_at = $4, disabled_reason = $3, updated_at = $4
              WHERE id = $1 AND tenant_id = $2
                AND (disabled_at IS NULL OR (disabled_reason = 'owner' AND $3 <> 'owner'))",
            user.uuid(),
            tenant.as_str(),
            reason.as_str(),
            now.millis(),
        )?;
        Ok(disabled == 1)
    }

    async fn enable_user(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        reason: Option<DisableReason>,
        now: Timestamp,
    ) -> Result<bool> {
        let enabled = sql!(
            execute,
            self,
            "UPDATE users SET disabled_at = NULL, disabled_reason = NULL, updated_at = $4
              WHERE id = $1 AND tenant_id = $2 AND disabled_at IS NOT NULL
                AND disabled_reason = COALESCE($3, disabled_reason)",
            user.uuid(),
            tenant.as_str(),
            reason.map(DisableReason::as_str),
            now.millis(),
        )?;
        Ok(enabled == 1)
    }

    async fn delete_user(&mut self, tenant: &TenantId, user: UserId) -> Result<bool> {
        let deleted = sql!(
            execute,
            self,
            "DELETE FROM users WHERE id = $1 AND tenant_id = $2",
            user.uuid(),
            tenant.as_str(),
        )?;
        Ok(deleted == 1)
    }

    async fn lock_user(&mut self, tenant: &TenantId, user: UserId) -> Result<bool> {
        // Only PostgreSQL needs the lock, as strong as an UPDATE's. SQLite has one writer.
        let row = sql!(
            fetch_optional(Uuid,),
            self,
            postgres: "SELECT id FROM users WHERE id = $1 AND tenant_id = $2 FOR NO KEY UPDATE",
            sqlite: "SELECT id FROM users WHERE id = $1 AND tenant_id = $2",
            user.uuid(),
            tenant.as_str(),
        )?;
        Ok(row.is_some())
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
