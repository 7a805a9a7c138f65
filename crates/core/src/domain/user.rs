//! People with an account.

use super::email::Email;
use super::ids::UserId;
use super::locale::Locale;
use super::password::PasswordHash;
use super::role::Role;
use super::tenant::TenantId;
use super::time::Timestamp;
use super::violation::Violation;

/// Who switched an account off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisableReason {
    /// Its owner, who may switch it on again.
    Owner,
    /// An operator.
    Operator,
}

impl DisableReason {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Operator => "operator",
        }
    }

    /// The reason of a stored word. Whatever is unknown is the stricter one.
    #[must_use]
    pub fn from_stored(word: &str) -> Self {
        if word == "owner" {
            Self::Owner
        } else {
            Self::Operator
        }
    }
}

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
    /// By whom, if it is.
    pub disabled_by: Option<DisableReason>,
    /// The language of mails, if one was chosen.
    pub locale: Option<Locale>,
    /// Grows with every change of credentials; sessions of an older version are dead.
    pub cred_version: i64,
    /// Grows when all access tokens of the user must die; see [`super::revocation`].
    pub token_epoch: i64,
    /// The tenant's token epoch: tokens carry it too.
    pub tenant_epoch: i64,
    /// Sorted role names.
    pub roles: Vec<Role>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// Most characters of a name.
    pub const FULL_NAME_MAX: usize = 200;

    /// A name to show to people, trimmed; `None` if nothing is left.
    ///
    /// # Errors
    /// A [`Violation`] of the field `fullName`: more than 200 characters, or control characters.
    pub fn parse_full_name(text: &str) -> Result<Option<String>, Violation> {
        let text = text.trim();
        if text.chars().count() > Self::FULL_NAME_MAX {
            return Err(Violation::new("fullName", "must be at most 200 characters"));
        }
        if text.chars().any(char::is_control) {
            return Err(Violation::new("fullName", "must not contain control characters"));
        }
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
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
    /// By whom the account is disabled, if it is.
    pub disabled: Option<DisableReason>,
}

/// What of a profile changes. The outer `None` leaves a field alone, the inner one empties it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// The name.
    pub full_name: Option<Option<String>>,
    /// The language of mails.
    pub locale: Option<Option<Locale>>,
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
    /// The language of mails, if known.
    pub locale: Option<Locale>,
    /// When the address was proved, if that is known beforehand.
    pub email_verified_at: Option<Timestamp>,
    /// Now; for imported accounts the time at which they were first made.
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
            email_verified_at: self.email_verified_at,
            disabled_at: None,
            disabled_by: None,
            locale: self.locale,
            cred_version: 1,
            token_epoch: 1,
            tenant_epoch: 1,
            roles,
            created_at: self.created_at,
            updated_at: self.created_at,
        }
    }
}
