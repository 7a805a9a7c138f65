use async_trait::async_trait;

use super::Result;
use crate::domain::mail::NewMail;

/// Mails that wait for the worker.
#[async_trait]
pub trait Outbox {
    /// Queues a mail in the transaction of its cause.
    async fn insert_mail(&mut self, mail: &NewMail) -> Result<()>;
}
