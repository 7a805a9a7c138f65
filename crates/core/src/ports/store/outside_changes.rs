use async_trait::async_trait;

use super::Result;

/// Revocations that another program wrote into this database, such as the command line beside a running server.
///
/// The server decides from memory. It looks at this one row every second, reads
/// the revocations again when it has changed, and says so; whoever changed it
/// can wait for that.
#[async_trait]
pub trait OutsideChanges {
    /// Notes one more change, in the transaction of the change; its number.
    async fn note_outside_change(&mut self) -> Result<i64>;

    /// How many changes were made, and how many the server has seen.
    async fn find_outside_changes(&mut self) -> Result<(i64, i64)>;

    /// The server has seen the changes up to this one.
    async fn mark_outside_changes_seen(&mut self, made: i64) -> Result<()>;
}
