//! Mails that a function of the application sends.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use horizon_auth::types::Secret;
use horizon_auth::{MailError, Mailer, OutgoingMail, Sender};
use napi::Status;
use napi::bindgen_prelude::Promise;
use napi::threadsafe_function::{ThreadsafeFunction, UnknownReturnValue};
use serde::Serialize;

/// `(mail: string) => Promise<void>`. It does not keep the process alive.
pub(crate) type MailFunction =
    ThreadsafeFunction<String, Promise<UnknownReturnValue>, String, Status, false, true>;

/// Hands mails to JavaScript.
pub(crate) struct JsMailer {
    pub(crate) send: MailFunction,
    pub(crate) from: Sender,
    pub(crate) timeout: Duration,
}

/// A mail as the packages read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NativeMail<'a> {
    to: &'a str,
    from: String,
    subject: &'a str,
    html: &'a str,
    text: &'a str,
    kind: &'static str,
    locale: &'a str,
    message_id: &'a str,
    tenant_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

impl JsMailer {
    fn json(&self, mail: &OutgoingMail) -> Result<String, MailError> {
        let native = NativeMail {
            to: mail.to.written(),
            from: written(&self.from),
            subject: mail.words.subject.as_str(),
            html: &mail.words.html,
            text: &mail.words.text,
            kind: mail.kind.as_str(),
            locale: mail.locale.as_str(),
            message_id: &mail.message_id,
            tenant_id: mail.tenant.as_str(),
            user_id: mail.user.map(|user| user.to_string()),
            link: mail.link.as_deref(),
            token: mail.token.as_ref().map(Secret::reveal),
        };
        serde_json::to_string(&native).map_err(|_| MailError::Permanent("it is no JSON".to_owned()))
    }
}

#[async_trait]
impl Mailer for JsMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        let mail = self.json(mail)?;
        let sending = async { self.send.call_async_catch(mail).await?.await };
        // Whatever the function says may hold the address or the link: it is not repeated.
        match tokio::time::timeout(self.timeout, sending).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(MailError::Temporary(
                "the application's function failed".to_owned(),
            )),
            Err(_) => Err(MailError::Temporary(
                "the application's function did not end within mail.timeout".to_owned(),
            )),
        }
    }
}

fn written(sender: &Sender) -> String {
    let address = sender.email.written();
    match &sender.name {
        // Quotes and backslashes end a name early.
        Some(name) => {
            let name: String = name
                .as_str()
                .chars()
                .filter(|c| !matches!(c, '"' | '\\'))
                .collect();
            format!("\"{name}\" <{address}>")
        }
        None => address.to_owned(),
    }
}

impl fmt::Debug for JsMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsMailer")
    }
}
