//! An account deleted for good.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

impl Auth {
    /// Deletes an account with everything of it. The audit trail keeps what happened, under a pseudonym.
    ///
    /// # Errors
    /// `not_found`, `unavailable`, `internal`.
    pub async fn erase_user(&self, tenant: &TenantId, user: UserId, client: &Client) -> Result<(), Error> {
        let now = self.now();
        let pseudonym = UserId::mint(now, self.random()?);
        let mut tx = self.store().begin().await?;
        let Some(min_epoch) = tx.advance_credentials(tenant, user, now).await? else {
            return Err(Code::NotFound.into());
        };
        let Some(account) = tx.find_user(tenant, user).await? else {
            return Err(Error::Internal("a user vanished under its lock"));
        };
        tx.delete_mails_to(tenant, &account.email).await?;
        tx.pseudonymise_user_events(tenant, user, pseudonym).await?;
        tx.delete_user(tenant, user).await?;
        let event = self
            .event(Event::AccountDeleted, tenant, client, now)?
            .with_user(pseudonym);
        self.commit_cut_off(tx, user, min_epoch, event).await
    }
}
