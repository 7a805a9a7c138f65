use async_trait::async_trait;
use horizon_auth_core::domain::ids::{SessionId, UserId};
use horizon_auth_core::domain::session::{EndReason, NewSession, StoredSession};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Result, Sessions};
use uuid::Uuid;

use super::conn::{HasConn, Sql};
use super::types::instant;

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: Uuid,
    created_at: i64,
    absolute_expires_at: i64,
    revoked_at: Option<i64>,
    user_agent: Option<String>,
}

impl From<SessionRow> for StoredSession {
    fn from(row: SessionRow) -> Self {
        Self {
            id: SessionId::from_uuid(row.id),
            created_at: Timestamp::from_millis(row.created_at),
            absolute_expires_at: Timestamp::from_millis(row.absolute_expires_at),
            revoked_at: instant(row.revoked_at),
            user_agent: row.user_agent,
        }
    }
}

#[async_trait]
impl<C: HasConn> Sessions for Sql<C> {
    async fn insert_session(&mut self, new: &NewSession) -> Result<bool> {
        // Only PostgreSQL needs FOR SHARE: a credential change must wait for this session or be seen by
        // it. KEY SHARE is too weak, it lets a non-key UPDATE pass. SQLite has one writer.
        let inserted = sql!(
            execute,
            self,
            postgres: "INSERT INTO sessions (id, tenant_id, user_id, cred_version, created_at,
                                             absolute_expires_at, user_agent)
                       SELECT $1, u.tenant_id, u.id, u.cred_version, $5, $6, $7
                         FROM (SELECT id, tenant_id, cred_version FROM users
                                WHERE id = $2 AND tenant_id = $3 AND cred_version = $4 AND disabled_at IS NULL
                                  FOR SHARE) u",
            sqlite: "INSERT INTO sessions (id, tenant_id, user_id, cred_version, created_at,
                                           absolute_expires_at, user_agent)
                     SELECT $1, u.tenant_id, u.id, u.cred_version, $5, $6, $7
                       FROM users u
                      WHERE u.id = $2 AND u.tenant_id = $3 AND u.cred_version = $4 AND u.disabled_at IS NULL",
            new.id.uuid(),
            new.user.uuid(),
            new.tenant.as_str(),
            new.cred_version,
            new.created_at.millis(),
            new.absolute_expires_at.millis(),
            new.user_agent.as_deref(),
        )?;
        Ok(inserted == 1)
    }

    async fn revoke_session(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        session: SessionId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<bool> {
        let ended = sql!(
            execute,
            self,
            "UPDATE sessions SET revoked_at = $4, revoke_reason = $5
              WHERE id = $1 AND user_id = $2 AND tenant_id = $3 AND revoked_at IS NULL",
            session.uuid(),
            user.uuid(),
            tenant.as_str(),
            now.millis(),
            reason.as_str(),
        )?;
        Ok(ended == 1)
    }

    async fn revoke_user_sessions(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<u64> {
        sql!(
            execute,
            self,
            "UPDATE sessions SET revoked_at = $3, revoke_reason = $4
              WHERE user_id = $1 AND tenant_id = $2 AND revoked_at IS NULL",
            user.uuid(),
            tenant.as_str(),
            now.millis(),
            reason.as_str(),
        )
    }

    async fn list_user_sessions(&mut self, tenant: &TenantId, user: UserId) -> Result<Vec<StoredSession>> {
        let rows = sql!(
            fetch_all SessionRow,
            self,
            "SELECT id, created_at, absolute_expires_at, revoked_at, user_agent
               FROM sessions WHERE tenant_id = $1 AND user_id = $2 ORDER BY id DESC",
            tenant.as_str(),
            user.uuid(),
        )?;
        Ok(rows.into_iter().map(StoredSession::from).collect())
    }

    async fn count_live_sessions(&mut self, tenant: &TenantId, user: UserId, now: Timestamp) -> Result<i64> {
        let (count,) = sql!(
            fetch_one (i64,),
            self,
            "SELECT COUNT(*) FROM sessions s JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id
              WHERE s.user_id = $1 AND s.tenant_id = $2 AND s.revoked_at IS NULL AND s.absolute_expires_at > $3
                AND u.disabled_at IS NULL AND u.cred_version = s.cred_version",
            user.uuid(),
            tenant.as_str(),
            now.millis(),
        )?;
        Ok(count)
    }
}
