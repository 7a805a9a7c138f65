//! Ways out for mails, and their words.
//!
//! Every way out is a [`Mailer`]. `builtin`, `templates` and `message` make what is sent;
//! `smtp` needs the feature `smtp`, and the two providers need `mail-http`.

mod builtin;
mod file;
mod message;
#[cfg(feature = "mail-http")]
mod provider;
#[cfg(feature = "mail-http")]
mod resend;
#[cfg(feature = "mail-http")]
mod sendgrid;
#[cfg(feature = "smtp")]
mod smtp;
#[cfg(feature = "smtp")]
mod smtp_url;
mod templates;

use async_trait::async_trait;
use horizon_auth_core::domain::mail::OutgoingMail;
use horizon_auth_core::ports::mailer::{MailError, Mailer};

pub use file::FileMailer;
#[cfg(feature = "mail-http")]
pub use provider::{ProviderConfig, ProviderError};
#[cfg(feature = "mail-http")]
pub use resend::ResendMailer;
#[cfg(feature = "mail-http")]
pub use sendgrid::SendGridMailer;
#[cfg(feature = "smtp")]
pub use smtp::{SmtpConfig, SmtpError, SmtpMailer};
pub use templates::{Templates, TemplatesError};

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
