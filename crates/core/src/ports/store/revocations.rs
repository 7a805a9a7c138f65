use async_trait::async_trait;

use super::Result;
use crate::domain::revocation::Revocation;
use crate::domain::time::Timestamp;

/// The truth about denied access tokens.
#[async_trait]
pub trait Revocations {
    /// Notes that tokens are denied, in the transaction of the cause.
    async fn insert_revocation(&mut self, revocation: &Revocation, now: Timestamp) -> Result<()>;

    /// All entries of all tenants that can still hit a token.
    async fn list_revocations(&mut self, now: Timestamp) -> Result<Vec<Revocation>>;

    /// The entries that were committed since an earlier look answered `mark`, and perhaps some before;
    /// and the mark for the next look. The mark 0 means all.
    async fn list_revocations_since(&mut self, mark: i64, now: Timestamp) -> Result<(Vec<Revocation>, i64)>;
}
