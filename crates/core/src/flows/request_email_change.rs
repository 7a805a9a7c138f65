//! Another address for an account, asked for by its owner.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::email::Email;
use crate::domain::identity::Identity;
use crate::domain::limits::{Counted, Rule};
use crate::domain::mail::MailKind;
use crate::domain::one_time::Purpose;
use crate::domain::password::Password;
use crate::domain::policy::Enumeration;
use crate::domain::violation::Violation;
use crate::error::{Code, Error};
use crate::flows::queue_mail::MailOrder;

/// What it needs.
#[derive(Clone, Debug)]
pub struct RequestEmailChangeCommand<'a> {
    /// The verified token of the caller.
    pub caller: &'a Identity,
    /// The present password, as offered.
    pub current_password: Password,
    /// The address that shall become the account's.
    pub new_email: Email,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Mails a link to the new address and a warning to the present one. Nothing changes before the link
    /// is used; a later request voids the links of earlier ones.
    ///
    /// With [`Enumeration::Private`] the answer is the same for an address that has an account: nobody
    /// looks it up before the worker, which then sends nothing there.
    ///
    /// # Errors
    /// `rate_limited`, `password_incorrect`, `token_invalid` if the account is gone or disabled,
    /// `invalid_input` about `newEmail`, `email_taken`, `overloaded`, `unavailable`, `internal`.
    pub async fn request_email_change(&self, cmd: RequestEmailChangeCommand<'_>) -> Result<(), Error> {
        let now = self.now();
        let (tenant, user) = (&cmd.caller.tenant, cmd.caller.id);
        let checked = self
            .reauthenticate(cmd.caller, &cmd.current_password, &cmd.client, now)
            .await?;
        let owner = self.profile(cmd.caller).await?;
        if cmd.new_email.canonical() == owner.email.canonical() {
            return Err(Violation::new("newEmail", "must not be the present address").into());
        }
        // Whoever has an account could otherwise mail, or probe, any number of addresses.
        self.limit(Rule::Resend, Counted::User(tenant, user), now).await?;
        let confirm = self
            .may_mail(tenant, &cmd.new_email, MailKind::ConfirmEmailChange, now)
            .await?;
        let warn = self
            .may_mail(tenant, &owner.email, MailKind::EmailChangeRequested, now)
            .await?;
        let mut tx = self.store().begin().await?;
        let owner = checked.lock_unchanged(&mut *tx, tenant).await?;
        if self.policy().enumeration == Enumeration::Explicit
            && tx.find_user_id(tenant, &cmd.new_email).await?.is_some()
        {
            return Err(Code::EmailTaken.into());
        }
        tx.delete_mails_about(tenant, user, Some(MailKind::ConfirmEmailChange))
            .await?;
        tx.revoke_one_time_tokens(tenant, user, Some(Purpose::ChangeEmail), now)
            .await?;
        for (allowed, kind, email) in [
            (confirm, MailKind::ConfirmEmailChange, &cmd.new_email),
            // Names the account, so that it arrives even if the address is another one by then.
            (warn, MailKind::EmailChangeRequested, &owner.email),
        ] {
            if allowed {
                let order = MailOrder {
                    user: Some(user),
                    ..MailOrder::new(kind, tenant, email)
                };
                self.queue_mail(&mut *tx, order, now).await?;
            }
        }
        let event = self
            .event(Event::EmailChangeRequested, tenant, &cmd.client, now)?
            .with_user(user)
            .with_session(cmd.caller.session)
            .with_email(&cmd.new_email);
        self.commit(tx, event).await?;
        self.ring_mail_bell();
        Ok(())
    }
}
