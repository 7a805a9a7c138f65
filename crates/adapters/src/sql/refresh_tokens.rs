use async_trait::async_trait;
use horizon_auth_core::domain::ids::{SessionId, UserId};
use horizon_auth_core::domain::refresh::{ChildState, ReplayBox, RetryTag, TokenState};
use horizon_auth_core::domain::session::NewRefreshToken;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::domain::token::{Digest, Refresh};
use horizon_auth_core::ports::store::{RefreshTokens, Result, StoreError};
use uuid::Uuid;

use super::conn::{Conn, HasConn, Sql};
use super::error::one_row;
#[cfg(feature = "postgres")]
use super::error::store_error;
use super::types::{bytes32, instant, tenant};

row! {
    struct StateRow {
        session_id: Uuid,
        tenant_id: String,
        user_id: Uuid,
        tenant_epoch: i64,
        session_dead: bool,
        absolute_expires_at: i64,
        idle_expires_at: i64,
        consumed_at: Option<i64>,
        consumed_clock: Option<i64>,
        replay_count: i64,
        retry_tag: Option<Vec<u8>>,
        replay_box: Option<Vec<u8>>,
        replay_until: Option<i64>,
        child_digest: Option<Vec<u8>>,
        child_expires_at: Option<i64>,
        child_consumed_at: Option<i64>,
    }
}

#[async_trait]
impl<C: HasConn> RefreshTokens for Sql<C> {
    async fn insert_refresh_token(&mut self, new: &NewRefreshToken) -> Result<()> {
        let written = sql!(
            execute,
            self,
            "INSERT INTO refresh_tokens (digest, session_id, tenant_id, generation, issued_at,
                                         idle_expires_at, replay_count)
             SELECT $1, id, tenant_id, 1, $4, $5, 0 FROM sessions WHERE id = $2 AND tenant_id = $3",
            new.digest.bytes().as_slice(),
            new.session.uuid(),
            new.tenant.as_str(),
            new.issued_at.millis(),
            new.idle_expires_at.millis(),
        )?;
        one_row(
            written,
            "a refresh token is for a session that is not in the tenant",
        )
    }

    async fn find_refresh_owner(&mut self, token: &Digest<Refresh>) -> Result<Option<(TenantId, UserId)>> {
        let row = sql!(
            fetch_optional(String, Uuid),
            self,
            "SELECT s.tenant_id, s.user_id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
              WHERE t.digest = $1",
            token.bytes().as_slice(),
        )?;
        row.map(|(name, user)| Ok((tenant(&name)?, UserId::from_uuid(user))))
            .transpose()
    }

    #[cfg_attr(
        not(feature = "postgres"),
        expect(unused_variables, reason = "SQLite has nothing to lock")
    )]
    async fn lock_refresh_family(&mut self, token: &Digest<Refresh>) -> Result<()> {
        // Only PostgreSQL has row locks; SQLite's write transaction excludes every other writer.
        match self.conn() {
            #[cfg(feature = "postgres")]
            Conn::Pg(conn) => {
                sqlx::query(
                    "SELECT 1 FROM users WHERE id = (SELECT s.user_id FROM refresh_tokens t
                       JOIN sessions s ON s.id = t.session_id WHERE t.digest = $1) FOR NO KEY UPDATE",
                )
                .bind(token.bytes().as_slice())
                .execute(&mut *conn)
                .await
                .map_err(store_error)?;
                sqlx::query(
                    "SELECT 1 FROM sessions WHERE id = (SELECT session_id FROM refresh_tokens
                      WHERE digest = $1) FOR NO KEY UPDATE",
                )
                .bind(token.bytes().as_slice())
                .execute(conn)
                .await
                .map_err(store_error)?;
            }
            #[cfg(feature = "sqlite")]
            Conn::Sqlite(_) => {}
        }
        Ok(())
    }

    async fn find_token_state(&mut self, token: &Digest<Refresh>) -> Result<Option<TokenState>> {
        let row = sql!(
            fetch_optional StateRow,
            self,
            "SELECT t.session_id, s.tenant_id, s.user_id, s.tenant_epoch,
                    (s.revoked_at IS NOT NULL OR u.disabled_at IS NOT NULL OR u.cred_version <> s.cred_version
                      OR o.disabled_at IS NOT NULL OR o.token_epoch <> s.tenant_epoch) AS session_dead,
                    s.absolute_expires_at, t.idle_expires_at, t.consumed_at, t.consumed_clock, t.replay_count,
                    t.retry_tag, t.replay_box, t.replay_until,
                    c.digest AS child_digest, c.idle_expires_at AS child_expires_at, c.consumed_at AS child_consumed_at
               FROM refresh_tokens t
               JOIN sessions s ON s.id = t.session_id
               JOIN users u ON u.id = s.user_id
               JOIN tenants o ON o.id = s.tenant_id
               LEFT JOIN refresh_tokens c ON c.parent_digest = t.digest
              WHERE t.digest = $1",
            token.bytes().as_slice(),
        )?;
        row.map(TokenState::try_from).transpose()
    }

    async fn count_replay(&mut self, token: &Digest<Refresh>) -> Result<()> {
        sql!(
            execute,
            self,
            "UPDATE refresh_tokens SET replay_count = replay_count + 1 WHERE digest = $1",
            token.bytes().as_slice(),
        )?;
        Ok(())
    }
}

impl TryFrom<StateRow> for TokenState {
    type Error = StoreError;

    fn try_from(row: StateRow) -> Result<Self> {
        Ok(Self {
            session: SessionId::from_uuid(row.session_id),
            tenant: tenant(&row.tenant_id)?,
            user: UserId::from_uuid(row.user_id),
            tenant_epoch: row.tenant_epoch,
            session_dead: row.session_dead,
            absolute_expires_at: Timestamp::from_millis(row.absolute_expires_at),
            idle_expires_at: Timestamp::from_millis(row.idle_expires_at),
            consumed_at: instant(row.consumed_at),
            consumed_clock: row.consumed_clock,
            replay_count: row.replay_count,
            retry_tag: row.retry_tag.map(|tag| bytes32(&tag).map(RetryTag)).transpose()?,
            replay_box: row.replay_box.map(ReplayBox),
            replay_until: instant(row.replay_until),
            child: child(row.child_digest, row.child_expires_at, row.child_consumed_at)?,
        })
    }
}

fn child(
    digest: Option<Vec<u8>>,
    expires_at: Option<i64>,
    consumed_at: Option<i64>,
) -> Result<Option<ChildState>> {
    let (Some(digest), Some(expires_at)) = (digest, expires_at) else {
        return Ok(None);
    };
    Ok(Some(ChildState {
        digest: Digest::from_bytes(bytes32(&digest)?),
        expires_at: Timestamp::from_millis(expires_at),
        consumed: consumed_at.is_some(),
    }))
}
