use async_trait::async_trait;

use super::Result;
use crate::domain::ids::LifeId;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;

/// The lives of a database, and what ends with one: a restored backup brings back what had ended since.
///
/// These cross tenants and touch whole tables. Nobody serves the database meanwhile.
#[async_trait]
pub trait Lives {
    /// Which life this is; `None` in the first.
    async fn find_life(&mut self) -> Result<Option<LifeId>>;

    /// Begins another life. Call it first: from here on the transaction may take as long as it needs.
    async fn replace_life(&mut self, life: LifeId, now: Timestamp) -> Result<()>;

    /// When the newest event was written.
    async fn find_newest_event_at(&mut self) -> Result<Option<Timestamp>>;

    /// Ends all sessions that have not ended; how many.
    async fn revoke_all_sessions(&mut self, reason: EndReason, now: Timestamp) -> Result<u64>;

    /// Uses up all one-time tokens that were not; how many.
    async fn revoke_all_one_time_tokens(&mut self, now: Timestamp) -> Result<u64>;

    /// Gives up all mails that wait, keeping them for people to see; how many.
    async fn bury_all_mails(&mut self, now: Timestamp, error: &str) -> Result<u64>;

    /// Raises the token epoch of all users to `floor`, or by one where it is there already; how many.
    async fn raise_user_epochs(&mut self, floor: i64) -> Result<u64>;

    /// The same for all tenants, with all their sessions; their new epochs.
    async fn raise_tenant_epochs(&mut self, floor: i64) -> Result<Vec<(TenantId, i64)>>;
}
