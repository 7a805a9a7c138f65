//! The end of an account: everything of it goes, the trail keeps a pseudonym.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::mail::MailKind;
use crate::domain::revocation::Revoked;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::user::Login;
use crate::error::{Code, Error};
use crate::flows::queue_mail::MailOrder;

impl Auth {
    /// Deletes an account for somebody who may, with a farewell to its address. Whether the caller
    /// may is the front end's business.
    ///
    /// What is left: the events under a pseudonym, the farewell until it was sent, and the revocation
    /// until the last access token has expired.
    ///
    /// # Errors
    /// `not_found`, `unavailable`, `internal`.
    pub async fn erase_user(&self, tenant: &TenantId, user: UserId, client: &Client) -> Result<(), Error> {
        let now = self.now();
        self.erase(tenant, user, None, client, now).await
    }

    /// The same; with `checked`, only if the password that was checked is still the present one.
    pub(super) async fn erase(
        &self,
        tenant: &TenantId,
        user: UserId,
        checked: Option<&Login>,
        client: &Client,
        now: Timestamp,
    ) -> Result<(), Error> {
        let pseudonym = UserId::mint(now, self.random()?);
        let mut tx = self.store().begin().await?;
        let Some(min_epoch) = tx.advance_credentials(tenant, user, now).await? else {
            return Err(Code::NotFound.into());
        };
        let Some(owner) = tx.find_user(tenant, user).await? else {
            return Err(Error::Internal("a user vanished under its lock"));
        };
        if let Some(checked) = checked {
            checked.expect_still_checked(owner.cred_version)?;
        }
        tx.delete_mails_to(tenant, &owner.email).await?;
        tx.delete_mails_about(tenant, user, None).await?;
        tx.delete_user(tenant, user).await?;
        // After the delete, which waits for everybody who holds a row of the user: their events count too.
        tx.pseudonymise_user_events(tenant, user, pseudonym).await?;
        let order = MailOrder {
            locale: owner.locale.as_ref(),
            ..MailOrder::new(MailKind::AccountDeleted, tenant, &owner.email)
        };
        self.queue_mail(&mut *tx, order, now).await?;
        let event = self
            .event(Event::AccountDeleted, tenant, client, now)?
            .under_pseudonym(pseudonym);
        let revocation = self.revocation(tenant, Revoked::User { user, min_epoch }, now);
        self.commit_revoking(tx, vec![revocation], event).await?;
        self.ring_mail_bell();
        Ok(())
    }
}
