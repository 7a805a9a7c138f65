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
}
