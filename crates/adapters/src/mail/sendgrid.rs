use std::fmt;

use async_trait::async_trait;
use horizon_auth_core::domain::mail::OutgoingMail;
use horizon_auth_core::ports::mailer::{MailError, Mailer};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::message::{AUTOMATIC, address, message_id, sender};
use super::provider::{Provider, ProviderConfig, ProviderError};

/// Hands mails to Twilio SendGrid by its HTTP interface.
pub struct SendGridMailer(Provider);

impl fmt::Debug for SendGridMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendGridMailer")
    }
}

impl SendGridMailer {
    /// A mailer for the account of the key. Connects to nothing yet.
    ///
    /// # Errors
    /// [`ProviderError`]
    pub fn open(config: ProviderConfig<'_>) -> Result<Self, ProviderError> {
        Provider::open(config, "https://api.sendgrid.com", "/v3/mail/send").map(Self)
    }
}

#[async_trait]
impl Mailer for SendGridMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        let (automatic, generated) = AUTOMATIC;
        let from = sender(&self.0.from)?;
        let mut sender = json!({ "email": from.email.to_string() });
        if let Some(name) = from.name {
            sender["name"] = Value::String(name);
        }
        let body = json!({
            "personalizations": [{ "to": [{ "email": address(&mail.to)?.to_string() }] }],
            "from": sender,
            "subject": mail.words.subject.as_str(),
            // Plain text must come first.
            "content": [
                { "type": "text/plain", "value": mail.words.text },
                { "type": "text/html", "value": mail.words.html },
            ],
            "headers": { "Message-ID": message_id(mail), automatic: generated },
            // Tracking would send links, which are secrets, through SendGrid's own web servers.
            "tracking_settings": {
                "click_tracking": { "enable": false, "enable_text": false },
                "open_tracking": { "enable": false },
            },
        });
        self.0.post(&body, HeaderMap::new()).await
    }
}
