//! One-time tokens: bound to a purpose, a user and an address (decision D16).

use std::fmt;

use super::email::Email;
use super::ids::UserId;
use super::tenant::TenantId;
use super::time::Timestamp;
use super::token::{Digest, OneTime};

/// What a one-time token proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// That the person reads the mailbox of the account.
    VerifyEmail,
    /// The same, and with it the right to set a new password.
    ResetPassword,
    /// That the person reads the mailbox that shall become the account's.
    ChangeEmail,
}

impl Purpose {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::ChangeEmail => "change_email",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A one-time token to store.
#[derive(Clone, Debug)]
pub struct NewOneTimeToken {
    /// What storage holds instead of the token.
    pub digest: Digest<OneTime>,
    /// The tenant of the user.
    pub tenant: TenantId,
    /// For whom.
    pub user: UserId,
    /// For what.
    pub purpose: Purpose,
    /// The address to which it is sent; it proves no other.
    pub email: Email,
    /// Now.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// A one-time token that works, or has just been used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeGrant {
    /// The tenant of the user.
    pub tenant: TenantId,
    /// For whom.
    pub user: UserId,
    /// The address that it proves.
    pub email: Email,
}
