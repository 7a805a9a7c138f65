//! The step that flows share when a password is replaced: whatever the old one opened is closed.

use crate::auth::Auth;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::mail::MailKind;
use crate::domain::password::{Password, PasswordHash};
use crate::domain::revocation::Revoked;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::user::User;
use crate::error::Error;
use crate::flows::queue_mail::MailOrder;
use crate::ports::store::Tx;

/// A new password for [`Auth::replace_password`].
pub(super) struct NewPassword<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) user: UserId,
    /// Hashed outside of any transaction.
    pub(super) hash: &'a PasswordHash,
    /// Why the sessions end.
    pub(super) reason: EndReason,
}

/// A user whose password was replaced, and what must be denied with the commit.
pub(super) struct Replaced {
    pub(super) user: User,
    pub(super) revoked: Revoked,
}

impl Auth {
    /// Checks a password that a person chose for the account with this address, and hashes it.
    ///
    /// # Errors
    /// `invalid_input` about `newPassword`, `overloaded`, `unavailable`.
    pub(super) async fn hash_new_password(
        &self,
        password: &Password,
        email: &Email,
    ) -> Result<PasswordHash, Error> {
        self.accept_password(password, email)
            .await
            .map_err(|error| error.about("password", "newPassword"))?;
        self.hasher().hash(password).await
    }

    /// Replaces the password in an open transaction, ends every session, withdraws links and tells the
    /// owner. `None` if there is no such user. Ring the mail bell after the commit.
    pub(super) async fn replace_password(
        &self,
        tx: &mut dyn Tx,
        new: NewPassword<'_>,
        now: Timestamp,
    ) -> Result<Option<Replaced>, Error> {
        let (tenant, user) = (new.tenant, new.user);
        let Some(min_epoch) = tx.advance_credentials(tenant, user, now).await? else {
            return Ok(None);
        };
        tx.put_password(tenant, user, new.hash, now).await?;
        self.withdraw_links(tx, tenant, user, now).await?;
        tx.revoke_user_sessions(tenant, user, new.reason, now).await?;
        let Some(owner) = tx.find_user(tenant, user).await? else {
            return Err(Error::Internal("a user vanished under its lock"));
        };
        let order = MailOrder::new(MailKind::PasswordChanged, tenant, &owner.email);
        self.queue_mail(tx, order, now).await?;
        Ok(Some(Replaced {
            user: owner,
            revoked: Revoked::User { user, min_epoch },
        }))
    }
}
