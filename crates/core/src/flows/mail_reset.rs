//! A link to set a password, sent on an operator's word.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::mail::MailKind;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};
use crate::flows::queue_mail::MailOrder;

impl Auth {
    /// Queues the mail with which a person sets a new password. The old one works until then.
    ///
    /// # Errors
    /// `not_found`, `unavailable`, `internal`.
    pub async fn mail_reset(&self, tenant: &TenantId, user: UserId, client: &Client) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let Some(user) = tx.find_user(tenant, user).await? else {
            return Err(Code::NotFound.into());
        };
        let order = MailOrder::new(MailKind::ResetPassword, tenant, &user.email);
        self.queue_mail(&mut *tx, order, now).await?;
        let event = self
            .event(Event::PasswordResetRequested, tenant, client, now)?
            .with_user(user.id)
            .with_email(&user.email);
        self.commit(tx, event).await?;
        self.ring_mail_bell();
        Ok(())
    }
}
