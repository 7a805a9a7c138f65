use async_trait::async_trait;
use horizon_auth_core::domain::ids::{SessionId, UserId};
use horizon_auth_core::domain::live_session::FoundSession;
use horizon_auth_core::domain::session::{EndReason, ListedSession, NewSession, StoredSession};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::domain::token::{Digest, SessionCookie};
use horizon_auth_core::ports::store::{Result, Sessions, StoreError};
use uuid::Uuid;

use super::conn::{HasConn, Sql};
use super::types::{UserRow, instant};

row! {
    struct SessionRow {
        id: Uuid,
        created_at: i64,
        absolute_expires_at: i64,
        revoked_at: Option<i64>,
        user_agent: Option<String>,
    }
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

row! {
    struct ListedRow {
        id: Uuid,
        created_at: i64,
        seen_at: i64,
        ends_at: i64,
        user_agent: Option<String>,
        ip_hash: Option<Vec<u8>>,
    }
}

impl From<ListedRow> for ListedSession {
    fn from(row: ListedRow) -> Self {
        Self {
            id: SessionId::from_uuid(row.id),
            created_at: Timestamp::from_millis(row.created_at),
            last_seen_at: Timestamp::from_millis(row.seen_at),
            expires_at: Timestamp::from_millis(row.ends_at),
            user_agent: row.user_agent,
            ip_hash: row.ip_hash,
        }
    }
}

row! {
    struct CookieSessionRow {
        session_id: Uuid,
        session_version: i64,
        revoked_at: Option<i64>,
        tenant_disabled: bool,
        last_seen_at: i64,
        idle_expires_at: i64,
        absolute_expires_at: i64,
        ..user: UserRow,
    }
}

impl TryFrom<CookieSessionRow> for FoundSession {
    type Error = StoreError;

    fn try_from(row: CookieSessionRow) -> Result<Self> {
        Ok(Self {
            id: SessionId::from_uuid(row.session_id),
            user: row.user.try_into()?,
            cred_version: row.session_version,
            is_revoked: row.revoked_at.is_some(),
            is_tenant_disabled: row.tenant_disabled,
            last_seen_at: Timestamp::from_millis(row.last_seen_at),
            idle_expires_at: Timestamp::from_millis(row.idle_expires_at),
            absolute_expires_at: Timestamp::from_millis(row.absolute_expires_at),
        })
    }
}

#[async_trait]
impl<C: HasConn> Sessions for Sql<C> {
    async fn insert_session(&mut self, new: &NewSession) -> Result<Option<i64>> {
        // Only PostgreSQL needs FOR SHARE: a credential change must wait for this session or be seen by
        // it. KEY SHARE is too weak, it lets a non-key UPDATE pass. SQLite has one writer.
        let inserted = sql!(
            fetch_optional(i64,),
            self,
            postgres: "INSERT INTO sessions (id, tenant_id, user_id, cred_version, created_at,
                                             absolute_expires_at, user_agent, last_seen_at, ip_hash,
                                             cookie_digest, idle_expires_at, tenant_epoch)
                       SELECT $1, u.tenant_id, u.id, u.cred_version, $5, $6, $7, $5, $8, $9, $10, u.tenant_epoch
                         FROM (SELECT u.id, u.tenant_id, u.cred_version, t.token_epoch AS tenant_epoch
                                 FROM users u JOIN tenants t ON t.id = u.tenant_id AND t.disabled_at IS NULL
                                WHERE u.id = $2 AND u.tenant_id = $3 AND u.cred_version = $4
                                  AND u.disabled_at IS NULL
                                  FOR SHARE OF u) u
                    RETURNING tenant_epoch",
            sqlite: "INSERT INTO sessions (id, tenant_id, user_id, cred_version, created_at,
                                           absolute_expires_at, user_agent, last_seen_at, ip_hash,
                                           cookie_digest, idle_expires_at, tenant_epoch)
                     SELECT $1, u.tenant_id, u.id, u.cred_version, $5, $6, $7, $5, $8, $9, $10, t.token_epoch
                       FROM users u JOIN tenants t ON t.id = u.tenant_id AND t.disabled_at IS NULL
                      WHERE u.id = $2 AND u.tenant_id = $3 AND u.cred_version = $4 AND u.disabled_at IS NULL
                  RETURNING tenant_epoch",
            new.id.uuid(),
            new.user.uuid(),
            new.tenant.as_str(),
            new.cred_version,
            new.created_at.millis(),
            new.absolute_expires_at.millis(),
            new.user_agent.as_deref(),
            new.ip_hash.as_ref().map(|hash| hash.0.as_slice()),
            new.cookie.as_ref().map(|cookie| cookie.digest.bytes().as_slice()),
            new.cookie.as_ref().map(|cookie| cookie.idle_expires_at.millis()),
        )?;
        Ok(inserted.map(|(tenant_epoch,)| tenant_epoch))
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

    async fn list_live_sessions(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        only: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<ListedSession>> {
        // The idle end of a session is its cookie's, or the one of its refresh token that is not used yet.
        // `<` in CASE, because the two engines name the lesser of two numbers differently.
        let rows = sql!(
            fetch_all ListedRow,
            self,
            "SELECT l.id, l.created_at, l.seen_at, l.user_agent, l.ip_hash,
                    CASE WHEN l.idle_ends_at < l.absolute_expires_at THEN l.idle_ends_at
                         ELSE l.absolute_expires_at END AS ends_at
               FROM (SELECT s.id, s.created_at, s.user_agent, s.ip_hash, s.absolute_expires_at,
                            COALESCE(CASE WHEN s.cookie_digest IS NOT NULL THEN s.last_seen_at END,
                                     (SELECT MAX(r.issued_at) FROM refresh_tokens r
                                       WHERE r.session_id = s.id AND r.tenant_id = s.tenant_id),
                                     s.created_at) AS seen_at,
                            COALESCE(CASE WHEN s.cookie_digest IS NOT NULL THEN s.idle_expires_at END,
                                     (SELECT r.idle_expires_at FROM refresh_tokens r
                                       WHERE r.session_id = s.id AND r.tenant_id = s.tenant_id
                                         AND r.consumed_at IS NULL),
                                     s.absolute_expires_at) AS idle_ends_at
                       FROM sessions s JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id
                       JOIN tenants t ON t.id = s.tenant_id
                      WHERE s.tenant_id = $1 AND s.user_id = $2 AND s.id = COALESCE($3, s.id)
                        AND s.revoked_at IS NULL AND s.absolute_expires_at > $4
                        AND u.disabled_at IS NULL AND u.cred_version = s.cred_version
                        AND t.disabled_at IS NULL AND t.token_epoch = s.tenant_epoch) l
              WHERE l.idle_ends_at > $4 ORDER BY l.created_at DESC, l.id DESC",
            tenant.as_str(),
            user.uuid(),
            only.map(SessionId::uuid),
            now.millis(),
        )?;
        Ok(rows.into_iter().map(ListedSession::from).collect())
    }

    async fn revoke_other_sessions(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        kept: SessionId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<Vec<SessionId>> {
        let rows = sql!(
            fetch_all(Uuid,),
            self,
            "UPDATE sessions SET revoked_at = $4, revoke_reason = $5
              WHERE user_id = $1 AND tenant_id = $2 AND id <> $3 AND revoked_at IS NULL
                AND absolute_expires_at > $4
          RETURNING id",
            user.uuid(),
            tenant.as_str(),
            kept.uuid(),
            now.millis(),
            reason.as_str(),
        )?;
        Ok(rows.into_iter().map(|(id,)| SessionId::from_uuid(id)).collect())
    }

    async fn find_cookie_session(&mut self, cookie: &Digest<SessionCookie>) -> Result<Option<FoundSession>> {
        let row = sql!(
            fetch_optional CookieSessionRow,
            self,
            "SELECT s.id AS session_id, s.cred_version AS session_version, s.revoked_at,
                    (t.disabled_at IS NOT NULL OR t.token_epoch <> s.tenant_epoch) AS tenant_disabled, s.last_seen_at, s.idle_expires_at, s.absolute_expires_at,
                    u.id, u.tenant_id, u.email, u.email_written, u.full_name, u.email_verified_at, u.disabled_at,
                    u.disabled_reason, u.locale, u.cred_version, u.token_epoch, u.created_at, u.updated_at,
                    t.token_epoch AS tenant_epoch,
                    (SELECT string_agg(r.role, ' ') FROM user_roles r
                      WHERE r.user_id = u.id AND r.tenant_id = u.tenant_id) AS roles
               FROM sessions s
               JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id
               JOIN tenants t ON t.id = s.tenant_id
              WHERE s.cookie_digest = $1",
            cookie.bytes().as_slice(),
        )?;
        row.map(FoundSession::try_from).transpose()
    }

    async fn touch_session(
        &mut self,
        tenant: &TenantId,
        session: SessionId,
        idle_expires_at: Timestamp,
        unless_after: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        let touched = sql!(
            execute,
            self,
            "UPDATE sessions SET last_seen_at = $5, idle_expires_at = $3
              WHERE id = $1 AND tenant_id = $2 AND revoked_at IS NULL AND last_seen_at <= $4
                AND idle_expires_at > $5 AND absolute_expires_at > $5",
            session.uuid(),
            tenant.as_str(),
            idle_expires_at.millis(),
            unless_after.millis(),
            now.millis(),
        )?;
        Ok(touched == 1)
    }

    async fn count_live_sessions(&mut self, tenant: &TenantId, user: UserId, now: Timestamp) -> Result<i64> {
        let (count,) = sql!(
            fetch_one (i64,),
            self,
            "SELECT COUNT(*) FROM sessions s JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id
               JOIN tenants t ON t.id = s.tenant_id
              WHERE s.user_id = $1 AND s.tenant_id = $2 AND s.revoked_at IS NULL AND s.absolute_expires_at > $3
                AND (s.idle_expires_at IS NULL OR s.idle_expires_at > $3)
                AND u.disabled_at IS NULL AND u.cred_version = s.cred_version
                AND t.disabled_at IS NULL AND t.token_epoch = s.tenant_epoch",
            user.uuid(),
            tenant.as_str(),
            now.millis(),
        )?;
        Ok(count)
    }

    async fn count_open_sessions(&mut self, now: Timestamp) -> Result<i64> {
        let (count,) = sql!(
            fetch_one(i64,),
            self,
            "SELECT COUNT(*) FROM sessions
              WHERE revoked_at IS NULL AND absolute_expires_at > $1
                AND (idle_expires_at IS NULL OR idle_expires_at > $1)
                AND tenant_id NOT IN (SELECT id FROM tenants WHERE disabled_at IS NOT NULL)",
            now.millis(),
        )?;
        Ok(count)
    }
}
