//! The step that flows share when they send a mail: an outbox row in their transaction.

use std::time::Duration;

use crate::auth::Auth;
use crate::domain::email::Email;
use crate::domain::ids::{MailId, UserId};
use crate::domain::limits::{Counted, Rule};
use crate::domain::locale::Locale;
use crate::domain::mail::{MailKind, NewMail};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::ports::store::Tx;

/// How long a mail without a link is worth sending.
const NOTICE_TTL: Duration = Duration::from_secs(24 * 3600);

/// A mail for [`Auth::queue_mail`].
pub(super) struct MailOrder<'a> {
    pub(super) kind: MailKind,
    pub(super) tenant: &'a TenantId,
    pub(super) email: &'a Email,
    /// See [`NewMail::user`].
    pub(super) user: Option<UserId>,
    /// See [`NewMail::locale`].
    pub(super) locale: Option<&'a Locale>,
}

impl<'a> MailOrder<'a> {
    /// A mail about the account of the address.
    pub(super) fn new(kind: MailKind, tenant: &'a TenantId, email: &'a Email) -> Self {
        Self {
            kind,
            tenant,
            email,
            user: None,
            locale: None,
        }
    }
}

impl Auth {
    /// Whether one more mail of the kind may go to the address now. Counts it.
    ///
    /// Asked before the transaction, for known and unknown addresses alike; a
    /// request whose mail may not go answers as if it went.
    pub(super) async fn may_mail(
        &self,
        tenant: &TenantId,
        email: &Email,
        kind: MailKind,
        now: Timestamp,
    ) -> Result<bool, Error> {
        match self
            .limit(Rule::Mail, Counted::Mailbox(tenant, email, kind), now)
            .await
        {
            Ok(()) => Ok(true),
            Err(Error::RateLimited { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Queues a mail. Ring the bell ([`Auth::ring_mail_bell`]) after the commit.
    pub(super) async fn queue_mail(
        &self,
        tx: &mut dyn Tx,
        order: MailOrder<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mail = NewMail {
            id: MailId::mint(now, self.random()?),
            tenant: order.tenant.clone(),
            email: order.email.clone(),
            kind: order.kind,
            user: order.user,
            locale: order.locale.cloned(),
            created_at: now,
            expires_at: now + self.mail_ttl(order.kind),
        };
        Ok(tx.insert_mail(&mail).await?)
    }

    /// How long a mail is worth sending, and its link works once it was sent.
    pub(super) fn mail_ttl(&self, kind: MailKind) -> Duration {
        let mail = &self.policy().mail;
        match kind {
            MailKind::VerifyEmail => mail.verification_ttl,
            MailKind::ResetPassword => mail.reset_ttl,
            MailKind::ConfirmEmailChange => mail.email_change_ttl,
            MailKind::AlreadyRegistered
            | MailKind::PasswordChanged
            | MailKind::EmailChangeRequested
            | MailKind::EmailChanged
            | MailKind::AccountDeleted => NOTICE_TTL,
        }
    }
}
