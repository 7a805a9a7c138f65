use async_trait::async_trait;

use super::Result;
use crate::domain::ids::UserId;
use crate::domain::password::PasswordHash;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;

/// Password verifiers, one per user.
#[async_trait]
pub trait Passwords {
    /// Sets the verifier of a user, replacing any other.
    async fn put_password(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        hash: &PasswordHash,
        now: Timestamp,
    ) -> Result<()>;

    /// Replaces `old` by `new` for the same password; `false` if the password was changed meanwhile.
    async fn rehash_password(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        old: &PasswordHash,
        new: &PasswordHash,
        now: Timestamp,
    ) -> Result<bool>;
}
