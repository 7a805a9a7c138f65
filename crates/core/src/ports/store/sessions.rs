use async_trait::async_trait;

use super::Result;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::{EndReason, NewSession, StoredSession};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;

/// Logins and how they end.
#[async_trait]
pub trait Sessions {
    /// Begins a session if the user is enabled and its credential version is
    /// still the one that was checked; `false` otherwise. The user's row is
    /// share-locked until the end of the transaction, so that a credential
    /// change either sees this session or prevents it.
    async fn insert_session(&mut self, new: &NewSession) -> Result<bool>;

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

    /// How many sessions of the user could still be refreshed.
    async fn count_live_sessions(&mut self, tenant: &TenantId, user: UserId, now: Timestamp) -> Result<i64>;
}
