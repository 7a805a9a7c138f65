use async_trait::async_trait;

use super::Result;
use crate::domain::email::Email;
use crate::domain::ids::{MailId, UserId};
use crate::domain::mail::{Backlog, ClaimedMail, MailKind, NewMail};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;

/// Mails that wait for the worker.
#[async_trait]
pub trait Outbox {
    /// Queues a mail in the transaction of its cause.
    async fn insert_mail(&mut self, mail: &NewMail) -> Result<()>;

    /// Claims at most `batch` mails of all enabled tenants that are due at `now`, oldest first: nobody else gets
    /// them before `retry_at`. Two workers never claim the same mail; each claim is one more attempt.
    async fn claim_mails(
        &mut self,
        now: Timestamp,
        retry_at: Timestamp,
        batch: i64,
    ) -> Result<Vec<ClaimedMail>>;

    /// Notes that a claimed mail was handed over; `false` if somebody claimed it since.
    async fn mark_mail_sent(&mut self, mail: &ClaimedMail, now: Timestamp) -> Result<bool>;

    /// Puts a claimed mail back until `retry_at`; `false` if somebody claimed it since.
    async fn postpone_mail(&mut self, mail: &ClaimedMail, retry_at: Timestamp, error: &str) -> Result<bool>;

    /// Gives a claimed mail up, keeping it for people to see; `false` if somebody claimed it since.
    async fn bury_mail(&mut self, mail: &ClaimedMail, now: Timestamp, error: &str) -> Result<bool>;

    /// Removes a mail that has become pointless.
    async fn delete_mail(&mut self, tenant: &TenantId, mail: MailId) -> Result<bool>;

    /// Removes every mail to an address, sent or not; how many there were.
    async fn delete_mails_to(&mut self, tenant: &TenantId, email: &Email) -> Result<u64>;

    /// Removes mails that name a user ([`NewMail::user`]), of one kind or of all, sent or not; how many
    /// there were.
    async fn delete_mails_about(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        kind: Option<MailKind>,
    ) -> Result<u64>;

    /// Whether a claimed mail still waits to be sent by whoever claimed it, in a tenant that is enabled.
    async fn find_mail_claim(&mut self, mail: &ClaimedMail) -> Result<bool>;

    /// What waits to be sent at `now` in all enabled tenants, and in all of them what was given up and has not expired.
    async fn find_mail_backlog(&mut self, now: Timestamp) -> Result<Backlog>;
}
