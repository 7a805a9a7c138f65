use async_trait::async_trait;

use super::Result;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::live_session::FoundSession;
use crate::domain::session::{EndReason, ListedSession, NewSession, StoredSession};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{Digest, SessionCookie};

/// Logins and how they end.
#[async_trait]
pub trait Sessions {
    /// Begins a session if user and tenant are enabled and the credential version is
    /// still the one that was checked; `None` otherwise. The user's row is
    /// share-locked until the end of the transaction, so that a credential
    /// change either sees this session or prevents it.
    ///
    /// The answer is the tenant's epoch, which the session carries from now on and its tokens must carry too.
    /// The tenant's row is not locked, or all log-ins would meet there: a session that began beside
    /// [`Tenants::disable_tenant`](super::Tenants::disable_tenant) has the epoch from before, and is dead.
    async fn insert_session(&mut self, new: &NewSession) -> Result<Option<i64>>;

    /// Ends a session; `false` if it had ended before or is not the user's.
    async fn revoke_session(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        session: SessionId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<bool>;

    /// Ends all live sessions of a user; how many there were.
    async fn revoke_user_sessions(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<u64>;

    /// All sessions of a user that are still stored, newest first.
    async fn list_user_sessions(&mut self, tenant: &TenantId, user: UserId) -> Result<Vec<StoredSession>>;

    /// The sessions of a user that can still be used, newest first; with `only` that one, if it is among them.
    async fn list_live_sessions(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        only: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<ListedSession>>;

    /// Ends all live sessions of a user but one; which they were.
    async fn revoke_other_sessions(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        kept: SessionId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<Vec<SessionId>>;

    /// The session of a cookie with its user as they are now, whether or not it may be believed.
    async fn find_cookie_session(&mut self, cookie: &Digest<SessionCookie>) -> Result<Option<FoundSession>>;

    /// Notes that a session with a cookie is in use, and moves its idle end; `false` if it is over, or was
    /// noted after `unless_after` already. Never brings a session back.
    async fn touch_session(
        &mut self,
        tenant: &TenantId,
        session: SessionId,
        idle_expires_at: Timestamp,
        unless_after: Timestamp,
        now: Timestamp,
    ) -> Result<bool>;

    /// How many sessions of the user could still be used or refreshed.
    async fn count_live_sessions(&mut self, tenant: &TenantId, user: UserId, now: Timestamp) -> Result<i64>;

    /// How many sessions of all enabled tenants have neither ended nor expired. For statistics: it counts the
    /// sessions of credentials that were changed since, which are dead too, until they are ended.
    async fn count_open_sessions(&mut self, now: Timestamp) -> Result<i64>;
}
