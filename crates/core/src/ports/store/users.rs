use async_trait::async_trait;

use super::Result;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::user::{DisableReason, Login, NewUser, ProfileChange, User};

/// Accounts.
#[async_trait]
pub trait Users {
    /// Inserts an account; `false` if the tenant already has one with that address.
    async fn insert_user(&mut self, new: &NewUser) -> Result<bool>;

    /// The account with its roles.
    async fn find_user(&mut self, tenant: &TenantId, user: UserId) -> Result<Option<User>>;

    /// The id of the account with that address.
    async fn find_user_id(&mut self, tenant: &TenantId, email: &Email) -> Result<Option<UserId>>;

    /// The tenant of the account with that id, whichever it is: ids are unique across tenants.
    async fn find_user_tenant(&mut self, user: UserId) -> Result<Option<TenantId>>;

    /// The account with that address, with its roles.
    async fn find_user_by_email(&mut self, tenant: &TenantId, email: &Email) -> Result<Option<User>>;

    /// Accounts of a tenant in the order of their ids, at most `limit` after `after`.
    async fn list_users(&mut self, tenant: &TenantId, after: Option<UserId>, limit: i64)
    -> Result<Vec<User>>;

    /// What a check of the password needs, for somebody who is known already.
    async fn find_login_of(&mut self, tenant: &TenantId, user: UserId) -> Result<Option<Login>>;

    /// Changes what is given; `false` if there is no such user.
    async fn update_profile(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        change: &ProfileChange,
        now: Timestamp,
    ) -> Result<bool>;

    /// Notes that the address was proved; the first proof counts.
    async fn mark_email_verified(&mut self, tenant: &TenantId, user: UserId, now: Timestamp) -> Result<()>;

    /// Gives the user another, proved address; `false` if it belongs to somebody else. After that the
    /// transaction may be unusable: drop it.
    async fn replace_email(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        email: &Email,
        now: Timestamp,
    ) -> Result<bool>;

    /// Switches an account off; `false` if there is none or it is off already for the same reason.
    /// An operator's reason replaces the owner's, never the other way round.
    async fn disable_user(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        reason: DisableReason,
        now: Timestamp,
    ) -> Result<bool>;

    /// Switches an account on that is off for this reason, or for any; `false` if there is none.
    async fn enable_user(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        reason: Option<DisableReason>,
        now: Timestamp,
    ) -> Result<bool>;

    /// Deletes a user with password, roles, sessions and tokens; `false` if there is none.
    async fn delete_user(&mut self, tenant: &TenantId, user: UserId) -> Result<bool>;

    /// Locks the user's row until the end of the transaction; `false` if there is no such user.
    /// Whoever changes or deletes the user comes before or after, never between.
    async fn lock_user(&mut self, tenant: &TenantId, user: UserId) -> Result<bool>;

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
