use async_trait::async_trait;

use super::Result;
use crate::domain::audit::{AuditRow, StoredEvent};
use crate::domain::audit_search::{AuditFilter, AuditScan, AuditSpan};
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

    /// Looks through the newest `window` events of a span, newest first.
    async fn list_newest_events(
        &mut self,
        filter: &AuditFilter,
        span: AuditSpan,
        window: i64,
    ) -> Result<AuditScan>;

    /// Looks through the oldest `window` events of a span, oldest first.
    async fn list_oldest_events(
        &mut self,
        filter: &AuditFilter,
        span: AuditSpan,
        window: i64,
    ) -> Result<AuditScan>;

    /// Takes a person out of the trail: the user's events get `pseudonym` in place of the id and lose
    /// address, network, client and session. What happened, and when, stays; how many events there were.
    async fn pseudonymise_user_events(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        pseudonym: UserId,
    ) -> Result<u64>;
}
