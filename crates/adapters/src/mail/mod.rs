//! Ways out for mails.

use async_trait::async_trait;
use horizon_auth_core::domain::mail::{MailContext, OutgoingMail, RenderedMail};
use horizon_auth_core::ports::mailer::{MailError, MailTemplates, Mailer};

/// Sends nothing: mails wait in the outbox until they expire.
#[derive(Clone, Copy, Debug)]
pub struct MuteMailer;

#[async_trait]
impl Mailer for MuteMailer {
    async fn send(&self, _mail: &OutgoingMail) -> Result<(), MailError> {
        Err(MailError::Temporary("no mailer is configured".to_owned()))
    }

    fn is_mute(&self) -> bool {
        true
    }
}

impl MailTemplates for MuteMailer {
    fn render(&self, _context: &MailContext) -> Result<RenderedMail, MailError> {
        Err(MailError::Temporary("no templates yet".to_owned()))
    }
}
