//! A new password for somebody who reads the mailbox of the account (decision D16).

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::mail::MailKind;
use crate::domain::one_time::Purpose;
use crate::domain::password::Password;
use crate::domain::revocation::Revoked;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::token::{OneTime, Secret};
use crate::error::{Code, Error};

/// What a reset needs.
#[derive(Clone, Debug)]
pub struct ResetPasswordCommand {
    /// The tenant of the request.
    pub tenant: TenantId,
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
            .open_link(Purpose::ResetPassword, &cmd.tenant, &cmd.token, &cmd.client, now)
            .await?;
        let hash = self.hash_replacement(&cmd.new_password, &link).await?;
        let notify = self
            .may_mail(&link.tenant, &link.email, MailKind::PasswordChanged, now)
            .await?;
        let event = self
            .event(Event::PasswordReset, &link.tenant, &cmd.client, now)?
            .with_user(link.user)
            .with_email(&link.email);
        let mut tx = self.store().begin().await?;
        let advanced = tx.advance_credentials(&link.tenant, link.user, now).await?;
        let Some(min_epoch) = advanced else {
            return Err(Code::LinkInvalid.into());
        };
        link.consume(&mut *tx, now).await?;
        self.replace_password(&mut *tx, &link, &hash, notify, now).await?;
        tx.mark_email_verified(&link.tenant, link.user, now).await?;
        tx.revoke_user_sessions(&link.tenant, link.user, EndReason::PasswordReset, now)
            .await?;
        let what = Revoked::User {
            user: link.user,
            min_epoch,
        };
        let revocation = self.revocation(&link.tenant, what, now);
        self.commit_revoking(tx, vec![revocation], event).await?;
        self.ring_mail_bell();
        Ok(())
    }
}
