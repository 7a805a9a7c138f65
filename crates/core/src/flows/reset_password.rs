//! A new password for somebody who reads the mailbox of the account (decision D16).

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::limits::{Counted, Rule};
use crate::domain::one_time::Purpose;
use crate::domain::password::Password;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::token::{OneTime, Secret};
use crate::error::{Code, Error};
use crate::flows::replace_password::NewPassword;

/// What a reset needs.
#[derive(Clone, Debug)]
pub struct ResetPasswordCommand {
    /// The tenant that the request names, if it names one: the link must be of it.
    pub tenant: Option<TenantId>,
    /// The token of the mail.
    pub token: Secret<OneTime>,
    /// The password to set.
    pub new_password: Password,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Replaces the password, ends every session and voids every other link of the account.
    /// Nobody is logged in by it, and an account that its owner switched off stays off.
    ///
    /// A password that is refused leaves the link as it was.
    ///
    /// # Errors
    /// `rate_limited`, `link_invalid`, `invalid_input` about `newPassword`, `overloaded`,
    /// `unavailable`, `internal`.
    pub async fn reset_password(&self, cmd: ResetPasswordCommand) -> Result<(), Error> {
        let now = self.now();
        let link = self
            .open_link(
                Purpose::ResetPassword,
                cmd.tenant.as_ref(),
                &cmd.token,
                &cmd.client,
                now,
            )
            .await?;
        let hash = self.hash_new_password(&cmd.new_password, &link.email).await?;
        let event = self
            .event(Event::PasswordReset, &link.tenant, &cmd.client, now)?
            .with_user(link.user)
            .with_email(&link.email);
        let mut tx = self.store().begin().await?;
        link.consume(&mut *tx, now).await?;
        let new = NewPassword {
            tenant: &link.tenant,
            user: link.user,
            hash: &hash,
            reason: EndReason::PasswordReset,
        };
        let Some(replaced) = self.replace_password(&mut *tx, new, now).await? else {
            return Err(Code::LinkInvalid.into());
        };
        tx.mark_email_verified(&link.tenant, link.user, now).await?;
        let revocation = self.revocation(&link.tenant, replaced.revoked, now);
        self.commit_revoking(tx, vec![revocation], event).await?;
        self.ring_mail_bell();
        // Guesses of others slowed the account down; its owner has just proved to be the owner.
        let guessed = Counted::Account(&link.tenant, &link.email);
        if let Err(error) = self.forgive(Rule::LoginAccount, guessed).await {
            tracing::warn!(%error, "an account stays slowed down after its reset");
        }
        Ok(())
    }
}
