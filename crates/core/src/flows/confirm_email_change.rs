//! Another address for an account, proved by whoever reads its mailbox.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::mail::MailKind;
use crate::domain::one_time::Purpose;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::token::{OneTime, Secret};
use crate::error::{Code, Error};
use crate::flows::queue_mail::MailOrder;

/// What it needs.
#[derive(Clone, Debug)]
pub struct ConfirmEmailChangeCommand {
    /// The tenant that the request names, if it names one: the link must be of it.
    pub tenant: Option<TenantId>,
    /// The token of the mail.
    pub token: Secret<OneTime>,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Gives the account the address to which the link was mailed, proved by that. Every session ends,
    /// every other link is void, and the former address is told.
    ///
    /// An address that has an account by now is refused like any other dead link; it stays unused.
    ///
    /// # Errors
    /// `rate_limited`, `link_invalid`, `unavailable`, `internal`.
    pub async fn confirm_email_change(&self, cmd: ConfirmEmailChangeCommand) -> Result<(), Error> {
        let now = self.now();
        let link = self
            .open_link(
                Purpose::ChangeEmail,
                cmd.tenant.as_ref(),
                &cmd.token,
                &cmd.client,
                now,
            )
            .await?;
        let (tenant, user) = (&link.tenant, link.user);
        let mut tx = self.store().begin().await?;
        link.consume(&mut *tx, now).await?;
        let Some(former) = tx.find_user(tenant, user).await? else {
            return Err(Error::Internal("a user vanished under its lock"));
        };
        if !tx.replace_email(tenant, user, &link.email, now).await? {
            return Err(Code::LinkInvalid.into());
        }
        let Some(min_epoch) = tx.advance_token_epoch(tenant, user, now).await? else {
            return Err(Error::Internal("a user vanished under its lock"));
        };
        self.withdraw_links(&mut *tx, tenant, user, now).await?;
        tx.revoke_user_sessions(tenant, user, EndReason::EmailChange, now)
            .await?;
        let order = MailOrder {
            user: Some(user),
            locale: former.locale.as_ref(),
            ..MailOrder::new(MailKind::EmailChanged, tenant, &former.email)
        };
        self.queue_mail(&mut *tx, order, now).await?;
        let event = self
            .event(Event::EmailChanged, tenant, &cmd.client, now)?
            .with_user(user)
            .with_email(&link.email);
        self.commit_cut_off(tx, user, min_epoch, event).await?;
        self.ring_mail_bell();
        Ok(())
    }
}
