//! Sessions: one per login, the family to which refresh tokens belong (decision D2).

use std::fmt;

use super::ids::{SessionId, UserId};
use super::tenant::TenantId;
use super::time::Timestamp;
use super::token::{Digest, Refresh};

/// A session to insert. It is created only if the credential version is still current.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Fresh id, the `sid` claim.
    pub id: SessionId,
    /// The tenant of the user.
    pub tenant: TenantId,
    /// Who logged in.
    pub user: UserId,
    /// The credential version that the password was checked against.
    pub cred_version: i64,
    /// Now.
    pub created_at: Timestamp,
    /// The end that no rotation can move.
    pub absolute_expires_at: Timestamp,
    /// The client's `User-Agent`, cut to a sane length.
    pub user_agent: Option<String>,
}

/// A session as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// Its id.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// The end that no rotation can move.
    pub absolute_expires_at: Timestamp,
    /// When it ended early, if it did.
    pub revoked_at: Option<Timestamp>,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
}

/// The first refresh token of a session.
#[derive(Clone, Debug)]
pub struct NewRefreshToken {
    /// What storage holds instead of the token.
    pub digest: Digest<Refresh>,
    /// Its session.
    pub session: SessionId,
    /// The tenant of the session.
    pub tenant: TenantId,
    /// Now.
    pub issued_at: Timestamp,
    /// When it dies unused.
    pub idle_expires_at: Timestamp,
}

/// Why a session ended; stored and shown to operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The user logged out.
    Logout,
    /// A used refresh token was presented again.
    Reuse,
    /// The password was changed.
    PasswordChange,
    /// A password was reset by mail.
    PasswordReset,
    /// The address of the account was proved; whoever came before may be somebody else.
    Verification,
    /// The account got another address.
    EmailChange,
    /// The account was switched off.
    Disabled,
    /// An operator ended it.
    Operator,
}

impl EndReason {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::Reuse => "reuse",
            Self::PasswordChange => "password_change",
            Self::PasswordReset => "password_reset",
            Self::Verification => "verification",
            Self::EmailChange => "email_change",
            Self::Disabled => "disabled",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
