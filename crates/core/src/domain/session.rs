//! Sessions: one per login, the family to which refresh tokens belong (decision D2).

use std::fmt::{self, Write as _};

use super::ids::{SessionId, UserId};
use super::tenant::TenantId;
use super::time::Timestamp;
use super::token::{Digest, Refresh, SessionCookie};

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
    /// The client's address under a key, if there is one: equal addresses are recognised, none is kept.
    pub ip_hash: Option<IpHash>,
    /// The cookie that opens it, unless refresh tokens do.
    pub cookie: Option<NewCookie>,
}

/// HMAC-SHA-256 of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpHash(pub [u8; 32]);

/// The cookie of a session to insert.
#[derive(Clone, Copy, Debug)]
pub struct NewCookie {
    /// What storage holds instead of the secret.
    pub digest: Digest<SessionCookie>,
    /// When the session dies unless it is used.
    pub idle_expires_at: Timestamp,
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

/// A session that can still be used, as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// Its id, which is no secret.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last heard of: by its cookie, or for a new refresh token.
    pub last_seen_at: Timestamp,
    /// When it ends if nothing is heard of it.
    pub expires_at: Timestamp,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// A keyed hash of the network address at the log-in, where one is stored.
    pub ip_hash: Option<Vec<u8>>,
}

impl ListedSession {
    /// The hash of the address as clients see it: in hexadecimal digits.
    #[must_use]
    pub fn ip_hash_hex(&self) -> Option<String> {
        let bytes = self.ip_hash.as_deref()?;
        Some(bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}"); // a String takes everything
            text
        }))
    }
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
    /// The user began more sessions than are allowed at once.
    Limit,
    /// The database was restored from a backup, which may have brought it back.
    Restore,
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
            Self::Limit => "limit",
            Self::Restore => "restore",
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
