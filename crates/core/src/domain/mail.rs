//! Mails that the system sends.

use super::ids::{MailId, UserId};
use super::tenant::TenantId;
use super::time::Timestamp;

/// Which mail. The words live in templates; the token, where a mail carries
/// one, is minted when the mail is sent, so that the outbox never holds a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// Asks a new user to prove the address.
    VerifyEmail,
    /// Tells an existing user that somebody tried to register the address again.
    AlreadyRegistered,
}

impl MailKind {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::AlreadyRegistered => "already_registered",
        }
    }
}

/// A mail to queue, in the transaction of its cause (decision D17).
#[derive(Clone, Debug)]
pub struct NewMail {
    /// Fresh id.
    pub id: MailId,
    /// The tenant of the user.
    pub tenant: TenantId,
    /// To whom.
    pub user: UserId,
    /// What.
    pub kind: MailKind,
    /// Now.
    pub created_at: Timestamp,
    /// After which it is pointless to send.
    pub expires_at: Timestamp,
}
