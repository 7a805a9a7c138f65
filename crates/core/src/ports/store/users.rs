use async_trait::async_trait;

use super::Result;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::user::{Login, NewUser, User};

/// Accounts.
#[async_trait]
pub trait Users {
    /// Inserts an account; `false` if the tenant already has one with that address.
    async fn insert_user(&mut self, new: &NewUser) -> Result<bool>;

    /// The account with its roles.
    async fn find_user(&mut self, tenant: &TenantId, user: UserId) -> Result<Option<User>>;

    /// The id of the account with that address.
    async fn find_user_id(&mut self, tenant: &TenantId, email: &Email) -> Result<Option<UserId>>;

    /// What log-in needs, in one look.
    async fn find_login(&mut self, tenant: &TenantId, email: &Email) -> Result<Option<Login>>;

    /// Locks the user's row and makes all its access tokens old; the new epoch, or `None` if there is no such user.
    async fn advance_token_epoch(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<i64>>;

    /// Locks the user's row and makes all its sessions and access tokens old; the new epoch.
    async fn advance_credentials(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<i64>>;
}
