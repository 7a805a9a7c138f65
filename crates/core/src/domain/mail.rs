//! Mails that the system sends: which there are, to whom they go, and what they are made of.

use std::fmt;

use super::email::Email;
use super::ids::{MailId, UserId};
use super::locale::Locale;
use super::tenant::TenantId;
use super::time::Timestamp;
use super::token::{OneTime, Secret};
use super::violation::Violation;

/// Which mail. The words live in templates; the token, where a mail carries
/// one, is minted when the mail is sent, so that the outbox never holds a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// Asks a new user to prove the address.
    VerifyEmail,
    /// Tells an existing user that somebody tried to register the address again.
    AlreadyRegistered,
    /// Brings the link with which a forgotten password is replaced.
    ResetPassword,
    /// Tells that the password was changed.
    PasswordChanged,
    /// Asks at a new address whether it may become the account's.
    ConfirmEmailChange,
    /// Tells the present address that another one was asked for.
    EmailChangeRequested,
    /// Tells the former address that it is no longer the account's.
    EmailChanged,
    /// Tells that the account is gone.
    AccountDeleted,
}

impl MailKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::VerifyEmail,
        Self::AlreadyRegistered,
        Self::ResetPassword,
        Self::PasswordChanged,
        Self::ConfirmEmailChange,
        Self::EmailChangeRequested,
        Self::EmailChanged,
        Self::AccountDeleted,
    ];

    /// The stored word, also the name of the templates' folder.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::AlreadyRegistered => "already_registered",
            Self::ResetPassword => "reset_password",
            Self::PasswordChanged => "password_changed",
            Self::ConfirmEmailChange => "confirm_email_change",
            Self::EmailChangeRequested => "email_change_requested",
            Self::EmailChanged => "email_changed",
            Self::AccountDeleted => "account_deleted",
        }
    }

    /// The kind of a stored word.
    #[must_use]
    pub fn from_stored(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// Path of the page that the mail's link opens, below the public URL; `None` for mails without a token.
    #[must_use]
    pub const fn page(self) -> Option<&'static str> {
        match self {
            Self::VerifyEmail => Some("/verify-email"),
            Self::ResetPassword => Some("/reset-password"),
            Self::ConfirmEmailChange => Some("/confirm-email"),
            Self::AlreadyRegistered
            | Self::PasswordChanged
            | Self::EmailChangeRequested
            | Self::EmailChanged
            | Self::AccountDeleted => None,
        }
    }

    /// Whether the mail tells of a change that was made, and not of one that was asked for. Only who has
    /// a password or a link can cause one, so it is counted when it is sent: attempts that failed beside
    /// the change must not use up the notice of it.
    #[must_use]
    pub const fn tells_of_a_change(self) -> bool {
        match self {
            Self::PasswordChanged | Self::EmailChanged | Self::AccountDeleted => true,
            Self::VerifyEmail
            | Self::AlreadyRegistered
            | Self::ResetPassword
            | Self::ConfirmEmailChange
            | Self::EmailChangeRequested => false,
        }
    }
}

/// A mail to queue, in the transaction of its cause (decision D17).
///
/// It belongs to an address. Whose account that is, is looked up when the mail
/// is sent: a request costs the same whether there is an account or not.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// Fresh id.
    pub id: MailId,
    /// The tenant in which the address is meant.
    pub tenant: TenantId,
    /// To whom.
    pub email: Email,
    /// What.
    pub kind: MailKind,
    /// Whose account it is about, where that is not the account of the address itself.
    pub user: Option<UserId>,
    /// In which language, where the account cannot tell any more.
    pub locale: Option<Locale>,
    /// Now.
    pub created_at: Timestamp,
    /// After which it is pointless to send.
    pub expires_at: Timestamp,
}

/// A mail that a worker has claimed: nobody else sends it before `retry_at`.
#[derive(Clone, Debug)]
pub struct ClaimedMail {
    /// Its id, the left part of its `Message-ID`: the same in every attempt.
    pub id: MailId,
    /// See [`NewMail::tenant`].
    pub tenant: TenantId,
    /// See [`NewMail::email`].
    pub email: Email,
    /// See [`NewMail::kind`].
    pub kind: MailKind,
    /// See [`NewMail::user`].
    pub user: Option<UserId>,
    /// See [`NewMail::locale`].
    pub locale: Option<Locale>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// See [`NewMail::expires_at`].
    pub expires_at: Timestamp,
    /// Which attempt this is, from 1.
    pub attempt: i64,
}

/// What waits in the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Mails that are to be sent.
    pub waiting: i64,
    /// When the oldest of them was queued.
    pub oldest: Option<Timestamp>,
    /// Mails that were given up and have not expired.
    pub dead: i64,
}

/// A line of a mail's head: no control characters, so no header can be injected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderText(String);

impl HeaderText {
    /// Longest text, in bytes.
    pub const MAX_BYTES: usize = 400;

    /// Parses a text, trimmed.
    ///
    /// # Errors
    /// A [`Violation`] of the field `header`: empty, too long, or with control characters.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let text = text.trim();
        if text.is_empty() || text.len() > Self::MAX_BYTES {
            return Err(Violation::new("header", "must be 1 to 400 bytes long"));
        }
        // U+2028 and U+2029 end lines too, for some readers.
        if text
            .chars()
            .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        {
            return Err(Violation::new("header", "must not contain control characters"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the words of a mail may speak of.
#[derive(Clone)]
pub struct MailContext {
    /// Which mail.
    pub kind: MailKind,
    /// In which language.
    pub locale: Locale,
    /// Name of the product that writes.
    pub product: String,
    /// Name of the person, if known.
    pub full_name: Option<String>,
    /// The address written to.
    pub email: String,
    /// The address that is new, masked, in mails about a change of address.
    pub new_email: Option<String>,
    /// Link to the page that uses the token; a secret.
    pub link: Option<String>,
    /// How long the link works, in minutes.
    pub valid_minutes: Option<u64>,
    /// The origin of the service, for links without a secret.
    pub public_url: String,
}

impl fmt::Debug for MailContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailContext")
            .field("kind", &self.kind)
            .field("locale", &self.locale)
            .finish_non_exhaustive()
    }
}

/// The words of a mail.
#[derive(Clone)]
pub struct RenderedMail {
    /// The subject.
    pub subject: HeaderText,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl fmt::Debug for RenderedMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RenderedMail")
    }
}

/// A finished mail on its way to a mailer. `Debug` shows the id and the kind only: the body may hold a token.
#[derive(Clone)]
pub struct OutgoingMail {
    /// Its id. A provider that knows idempotency keys gets it as one.
    pub id: MailId,
    /// `Message-ID` without angle brackets: the same in every attempt.
    pub message_id: String,
    /// Which mail.
    pub kind: MailKind,
    /// The tenant.
    pub tenant: TenantId,
    /// The account, where there is one.
    pub user: Option<UserId>,
    /// To whom.
    pub to: Email,
    /// In which language.
    pub locale: Locale,
    /// Subject and bodies.
    pub words: RenderedMail,
    /// Link to the page that uses the token.
    pub link: Option<String>,
    /// The token itself, for mailers with words of their own.
    pub token: Option<Secret<OneTime>>,
}

impl fmt::Debug for OutgoingMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingMail")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Sender of all mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Name shown, if any.
    pub name: Option<HeaderText>,
    /// The address.
    pub email: Email,
}

impl Sender {
    /// Parses `auth@example.com` or `Example <auth@example.com>`.
    ///
    /// # Errors
    /// A [`Violation`] of the field `from`.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let wrong = |_| Violation::new("from", "must be an address, or a name and an address in <>");
        let text = text.trim();
        let Some((name, rest)) = text.split_once('<') else {
            let email = Email::parse(text).map_err(wrong)?;
            return Ok(Self { name: None, email });
        };
        let address = rest
            .strip_suffix('>')
            .ok_or(Violation::new("from", "must end with > after the address"))?;
        let name = name.trim().trim_matches('"');
        let name = if name.is_empty() {
            None
        } else {
            Some(HeaderText::parse(name).map_err(wrong)?)
        };
        let email = Email::parse(address).map_err(wrong)?;
        Ok(Self { name, email })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_its_stored_word() {
        for kind in MailKind::ALL {
            assert_eq!(MailKind::from_stored(kind.as_str()), Some(*kind));
        }
        assert_eq!(MailKind::from_stored("nonsense"), None);
    }

    #[test]
    fn a_header_with_a_line_break_cannot_be_made() {
        for text in ["a\r\nBcc: x@y.z", "a\nb", "a\0b", "a\u{2028}b", "", "   "] {
            assert!(HeaderText::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(HeaderText::parse(" Grüße ").unwrap().as_str(), "Grüße");
        assert!(HeaderText::parse(&"x".repeat(401)).is_err());
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let bare = Sender::parse("auth@example.com").unwrap();
        assert_eq!((bare.name, bare.email.written()), (None, "auth@example.com"));
        let named = Sender::parse("\"Example, Inc.\" <Auth@Example.com>").unwrap();
        assert_eq!(named.name.unwrap().as_str(), "Example, Inc.");
        assert_eq!(named.email.written(), "Auth@Example.com");
        for text in ["", "Example", "Example <auth@example.com", "A\nB <a@b.cd>", "<>"] {
            assert!(Sender::parse(text).is_err(), "{text:?}");
        }
    }
}
