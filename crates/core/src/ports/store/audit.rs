use async_trait::async_trait;

use super::Result;
use crate::domain::audit::AuditRow;

/// The append-only table of security and audit events.
#[async_trait]
pub trait Audit {
    /// Appends an event, in the transaction of what it reports.
    async fn insert_audit_event(&mut self, row: &AuditRow) -> Result<()>;
}
