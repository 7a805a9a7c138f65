//! People with an account.

use super::email::Email;
use super::ids::UserId;
use super::password::PasswordHash;
use super::role::Role;
use super::tenant::TenantId;
use super::time::Timestamp;

/// A user as stored, with roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The `sub` claim.
    pub id: UserId,
    /// The tenant; never changes.
    pub tenant: TenantId,
    /// The address, unique within the tenant.
    pub email: Email,
    /// The name to greet with, if given.
    pub full_name: Option<String>,
    /// When the person proved to own the mailbox.
    pub email_verified_at: Option<Timestamp>,
    /// Since when the account may not be used.
    pub disabled_at: Option<Timestamp>,
    /// Grows with every change of credentials; sessions of an older version are dead.
    pub cred_version: i64,
    /// Grows when all access tokens of the user must die; see [`super::revocation`].
    pub token_epoch: i64,
    /// Sorted role names.
    pub roles: Vec<Role>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
}

/// What log-in needs to know before it hashes.
#[derive(Clone, Debug)]
pub struct Login {
    /// The account.
    pub user: UserId,
    /// Its stored verifier; `None` for accounts without a password.
    pub password: Option<PasswordHash>,
    /// Credential version that was current when the hash was read.
    pub cred_version: i64,
    /// Whether the address has been proved.
    pub email_verified: bool,
    /// Whether the account is disabled.
    pub disabled: bool,
}

/// A user to insert.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Fresh id.
    pub id: UserId,
    /// The tenant of the request.
    pub tenant: TenantId,
    /// The parsed address.
    pub email: Email,
    /// The name, if given.
    pub full_name: Option<String>,
    /// Now.
    pub created_at: Timestamp,
}

impl NewUser {
    /// The stored user that this insert leads to: unverified, enabled, first versions.
    #[must_use]
    pub fn into_user(self, roles: Vec<Role>) -> User {
        User {
            id: self.id,
            tenant: self.tenant,
            email: self.email,
            full_name: self.full_name,
            email_verified_at: None,
            disabled_at: None,
            cred_version: 1,
            token_epoch: 1,
            roles,
            created_at: self.created_at,
            updated_at: self.created_at,
        }
    }
}
