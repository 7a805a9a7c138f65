use async_trait::async_trait;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::one_time::{NewOneTimeToken, OneTimeGrant, Purpose};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::domain::token::{Digest, OneTime};
use horizon_auth_core::ports::store::{OneTimeTokens, Result};
use uuid::Uuid;

use super::conn::{HasConn, Sql};
use super::error::one_row;
use super::types::tenant;

row! {
    struct GrantRow {
        tenant_id: String,
        user_id: Uuid,
        email: String,
        email_written: Option<String>,
    }
}

impl GrantRow {
    fn grant(self) -> Result<OneTimeGrant> {
        let written = self.email_written.unwrap_or_else(|| self.email.clone());
        Ok(OneTimeGrant {
            tenant: tenant(&self.tenant_id)?,
            user: UserId::from_uuid(self.user_id),
            email: Email::from_stored(self.email, written),
        })
    }
}

#[async_trait]
impl<C: HasConn> OneTimeTokens for Sql<C> {
    async fn insert_one_time_token(&mut self, new: &NewOneTimeToken) -> Result<()> {
        let written = sql!(
            execute,
            self,
            "INSERT INTO one_time_tokens (digest, tenant_id, user_id, purpose, email, email_written,
                                          created_at, expires_at)
             SELECT $1, tenant_id, id, $4, $5, $6, $7, $8 FROM users WHERE id = $3 AND tenant_id = $2",
            new.digest.bytes().as_slice(),
            new.tenant.as_str(),
            new.user.uuid(),
            new.purpose.as_str(),
            new.email.canonical(),
            new.email.written(),
            new.created_at.millis(),
            new.expires_at.millis(),
        )?;
        one_row(written, "a one-time token is for a user who is not in the tenant")
    }

    async fn find_one_time_grant(
        &mut self,
        token: &Digest<OneTime>,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Option<OneTimeGrant>> {
        let row = sql!(
            fetch_optional GrantRow,
            self,
            "SELECT t.tenant_id, t.user_id, t.email, t.email_written
               FROM one_time_tokens t JOIN users u ON u.id = t.user_id AND u.tenant_id = t.tenant_id
               JOIN tenants o ON o.id = t.tenant_id AND o.disabled_at IS NULL
              WHERE t.digest = $1 AND t.purpose = $2 AND t.consumed_at IS NULL AND t.expires_at > $3
                AND (t.purpose = 'change_email' OR t.email = u.email)",
            token.bytes().as_slice(),
            purpose.as_str(),
            now.millis(),
        )?;
        row.map(GrantRow::grant).transpose()
    }

    async fn consume_one_time_token(
        &mut self,
        token: &Digest<OneTime>,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Option<OneTimeGrant>> {
        let row = sql!(
            fetch_optional GrantRow,
            self,
            "UPDATE one_time_tokens SET consumed_at = $3
              WHERE digest = $1 AND purpose = $2 AND consumed_at IS NULL AND expires_at > $3
                AND EXISTS (SELECT 1 FROM users u JOIN tenants o ON o.id = u.tenant_id AND o.disabled_at IS NULL
                             WHERE u.id = one_time_tokens.user_id AND u.tenant_id = one_time_tokens.tenant_id
                               AND (one_time_tokens.purpose = 'change_email' OR one_time_tokens.email = u.email))
             RETURNING tenant_id, user_id, email, email_written",
            token.bytes().as_slice(),
            purpose.as_str(),
            now.millis(),
        )?;
        row.map(GrantRow::grant).transpose()
    }

    async fn revoke_one_time_tokens(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        purpose: Option<Purpose>,
        now: Timestamp,
    ) -> Result<u64> {
        sql!(
            execute,
            self,
            "UPDATE one_time_tokens SET consumed_at = $4
              WHERE tenant_id = $1 AND user_id = $2 AND purpose = COALESCE($3, purpose) AND consumed_at IS NULL
                AND expires_at > $4",
            tenant.as_str(),
            user.uuid(),
            purpose.map(Purpose::as_str),
            now.millis(),
        )
    }
}
