use std::fmt;
use std::fmt::Write as _;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use horizon_auth_core::domain::mail::OutgoingMail;
use horizon_auth_core::ports::mailer::{MailError, Mailer};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::message::{AUTOMATIC, address, message_id, sender};
use super::provider::{Provider, ProviderConfig, ProviderError};

/// Hands mails to Resend by its HTTP interface.
pub struct ResendMailer(Provider);

impl fmt::Debug for ResendMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResendMailer")
    }
}

impl ResendMailer {
    /// A mailer for the account of the key. Connects to nothing yet.
    ///
    /// # Errors
    /// [`ProviderError`]
    pub fn open(config: ProviderConfig<'_>) -> Result<Self, ProviderError> {
        Provider::open(config, "https://api.resend.com", "/emails").map(Self)
    }
}

#[async_trait]
impl Mailer for ResendMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        let (automatic, generated) = AUTOMATIC;
        let body = json!({
            "from": sender(&self.0.from)?.to_string(),
            "to": [address(&mail.to)?.to_string()],
            "subject": mail.words.subject.as_str(),
            "text": mail.words.text,
            "html": mail.words.html,
            "headers": { "Message-ID": message_id(mail), automatic: generated },
        });
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("idempotency-key"), key(mail, &body)?);
        self.0.post(&body, headers).await
    }
}

/// Names the mail and its very content: Resend sends it once, however often it is asked.
///
/// The id alone would not do. A later attempt carries a fresh link, and Resend refuses a key that comes
/// back with another content; the mail would be given up although nobody can tell that it ever went out.
fn key(mail: &OutgoingMail, body: &Value) -> Result<HeaderValue, MailError> {
    let content = digest(&SHA256, body.to_string().as_bytes());
    let mut key = mail.id.to_string() + "-";
    for byte in content.as_ref().iter().take(8) {
        // Writing to a string cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    HeaderValue::try_from(key).map_err(|_| MailError::Permanent("the mail has no usable id".to_owned()))
}
