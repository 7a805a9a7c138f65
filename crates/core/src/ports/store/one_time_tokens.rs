use async_trait::async_trait;

use super::Result;
use crate::domain::ids::UserId;
use crate::domain::one_time::{NewOneTimeToken, OneTimeGrant, Purpose};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{Digest, OneTime};

/// One-time tokens. They are found by digest alone: a digest belongs to one tenant, and the answer names it.
#[async_trait]
pub trait OneTimeTokens {
    /// Stores a token; older ones of the same purpose keep working until one is used.
    async fn insert_one_time_token(&mut self, new: &NewOneTimeToken) -> Result<()>;

    /// Whose token this is, if it would work at `now`: in a disabled tenant none does.
    async fn find_one_time_grant(
        &mut self,
        token: &Digest<OneTime>,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Option<OneTimeGrant>>;

    /// Uses a token up, in one statement: `None` if it was used before, has expired, is for
    /// another purpose or a disabled tenant, or proves an address that is not the account's any more
    /// ([`Purpose::ChangeEmail`] proves one that is not the account's yet).
    /// Lock the user's row first.
    async fn consume_one_time_token(
        &mut self,
        token: &Digest<OneTime>,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Option<OneTimeGrant>>;

    /// Uses up all tokens of a user, of one purpose or of all; how many worked.
    async fn revoke_one_time_tokens(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        purpose: Option<Purpose>,
        now: Timestamp,
    ) -> Result<u64>;
}
