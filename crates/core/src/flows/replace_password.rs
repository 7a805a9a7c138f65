//! The steps that flows share when a link brings a new password.

use crate::auth::Auth;
use crate::domain::mail::MailKind;
use crate::domain::password::{Password, PasswordHash};
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::flows::open_link::Link;
use crate::flows::queue_mail::MailOrder;
use crate::ports::store::Tx;

impl Auth {
    /// Checks and hashes a password that shall replace another one. Called before the transaction.
    ///
    /// # Errors
    /// `invalid_input` about `newPassword`, `overloaded`, `unavailable`.
    pub(super) async fn hash_replacement(
        &self,
        password: &Password,
        link: &Link,
    ) -> Result<PasswordHash, Error> {
        self.accept_password(password, &link.email)
            .await
            .map_err(|error| error.about("password", "newPassword"))?;
        self.hasher().hash(password).await
    }

    /// Stores the password, voids every link that somebody may still hold, and tells the owner.
    /// The caller holds the user's row and has advanced its credentials.
    pub(super) async fn replace_password(
        &self,
        tx: &mut dyn Tx,
        link: &Link,
        hash: &PasswordHash,
        notify: bool,
        now: Timestamp,
    ) -> Result<(), Error> {
        tx.put_password(&link.tenant, link.user, hash, now).await?;
        tx.revoke_one_time_tokens(&link.tenant, link.user, None, now)
            .await?;
        if notify {
            let order = MailOrder::new(MailKind::PasswordChanged, &link.tenant, &link.email);
            self.queue_mail(tx, order, now).await?;
        }
        Ok(())
    }
}
