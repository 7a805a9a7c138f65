//! The step behind every request for a mail with a link.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::email::Email;
use crate::domain::limits::{Counted, Rule};
use crate::domain::mail::MailKind;
use crate::domain::tenant::TenantId;
use crate::error::Error;
use crate::flows::queue_mail::MailOrder;

/// Which link, for whom.
pub(super) struct LinkRequest<'a> {
    pub(super) rule: Rule,
    pub(super) kind: MailKind,
    pub(super) event: Event,
    pub(super) tenant: &'a TenantId,
    pub(super) email: &'a Email,
    pub(super) client: &'a Client,
}

impl Auth {
    /// Queues a mail to an address, whoever has it. The worker finds out whether
    /// there is an account: here nobody looks, so no answer and no clock can tell.
    pub(super) async fn request_link(&self, request: LinkRequest<'_>) -> Result<(), Error> {
        let now = self.now();
        let LinkRequest { tenant, email, .. } = request;
        let network = Counted::Network(tenant, request.client.network());
        self.limit(request.rule, network, now).await?;
        let allowed = self.may_mail(tenant, email, request.kind, now).await?;
        let event = self
            .event(request.event, tenant, request.client, now)?
            .with_email(email);
        let mut tx = self.store().begin().await?;
        if allowed {
            let order = MailOrder::new(request.kind, tenant, email);
            self.queue_mail(&mut *tx, order, now).await?;
        }
        self.commit(tx, event).await?;
        self.ring_mail_bell();
        Ok(())
    }
}
