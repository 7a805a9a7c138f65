use async_trait::async_trait;

use super::Result;
use crate::domain::audit::{AuditRow, StoredEvent};
use crate::domain::ids::UserId;
use crate::domain::tenant::TenantId;

/// The append-only table of security and audit events.
#[async_trait]
pub trait Audit {
    /// Appends an event, in the transaction of what it reports.
    async fn insert_audit_event(&mut self, row: &AuditRow) -> Result<()>;

    /// The newest events about a user, at most `limit`.
    async fn list_user_events(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        limit: i64,
    ) -> Result<Vec<StoredEvent>>;

    /// Takes a person out of the trail: the user's events get `pseudonym` in place of the id and lose
    /// address, network, client and session. What happened, and when, stays; how many events there were.
    async fn pseudonymise_user_events(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        pseudonym: UserId,
    ) -> Result<u64>;
}
