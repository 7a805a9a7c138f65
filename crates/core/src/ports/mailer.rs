//! Sending mail: the words, and the way out.

use async_trait::async_trait;

use crate::domain::mail::{MailContext, OutgoingMail, RenderedMail};

/// A mail was not handed over. Its text may be logged: it holds no address, token or body.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Worth another try: the server is away, busy, or asks to wait.
    #[error("mail not sent yet: {0}")]
    Temporary(String),
    /// No further try can help: the server refuses this mail.
    #[error("mail refused: {0}")]
    Permanent(String),
}

/// Hands mails to whoever delivers them. Bring your own by implementing this.
#[async_trait]
pub trait Mailer: Send + Sync + std::fmt::Debug {
    /// Hands over one mail. `Ok` means that it was accepted for delivery.
    ///
    /// Called by the worker, never within a request or a transaction. A mail
    /// whose outcome is unknown is sent again with the same `message_id`.
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError>;

    /// Whether nothing is ever sent. Such mails stay in the outbox until they expire.
    fn is_mute(&self) -> bool {
        false
    }
}

/// The words of mails.
pub trait MailTemplates: Send + Sync + std::fmt::Debug {
    /// Writes a mail in the nearest language there is, in the end English.
    ///
    /// # Errors
    /// [`MailError::Permanent`] if a template cannot be rendered.
    fn render(&self, context: &MailContext) -> Result<RenderedMail, MailError>;
}
