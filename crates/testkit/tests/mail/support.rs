//! Mails to send to the real mail server.

use std::path::Path;
use std::time::Duration;

use horizon_auth_adapters::mail::{SmtpConfig, SmtpMailer, Templates};
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::MailId;
use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::mail::{
    HeaderText, MailContext, MailKind, OutgoingMail, RenderedMail, Sender,
};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::mailer::MailTemplates as _;

pub(crate) const SENDER: &str = "Example, \"Inc\" <auth@example.com>";

/// A mailer that gives up after ten seconds.
pub(crate) fn smtp(url: &str, ca_file: Option<&Path>) -> SmtpMailer {
    smtp_within(url, ca_file, Duration::from_secs(10))
}

pub(crate) fn smtp_within(url: &str, ca_file: Option<&Path>, timeout: Duration) -> SmtpMailer {
    SmtpMailer::open(SmtpConfig {
        url,
        ca_file,
        from: Sender::parse(SENDER).unwrap(),
        timeout,
    })
    .unwrap()
}

/// An address nobody else uses. The local part begins as said, for the server's moods.
pub(crate) fn somebody(begins: &str) -> String {
    format!("{begins}-{}@example.com", uuid::Uuid::now_v7().simple())
}

/// A mail with the built-in words.
pub(crate) fn written(to: &str, kind: MailKind, tag: &str, full_name: &str) -> OutgoingMail {
    let templates = Templates::open(None, &Locale::english(), "Example").unwrap();
    let locale = Locale::parse(tag).unwrap();
    let link = kind
        .page()
        .map(|page| format!("https://auth.example.com{page}?token={}", "t".repeat(43)));
    let context = MailContext {
        kind,
        locale: locale.clone(),
        product: "Example".to_owned(),
        full_name: Some(full_name.to_owned()),
        email: to.to_owned(),
        new_email: (kind == MailKind::EmailChanged).then(|| "b***@example.com".to_owned()),
        link: link.clone(),
        valid_minutes: link.as_ref().map(|_| 60),
        public_url: "https://auth.example.com".to_owned(),
    };
    let words = templates.render(&context).unwrap();
    OutgoingMail {
        locale,
        link,
        ..outgoing(to, kind, words)
    }
}

/// A mail with hardly any words.
pub(crate) fn short(to: &str) -> OutgoingMail {
    let words = RenderedMail {
        subject: HeaderText::parse("Grüße").unwrap(),
        text: "Hello\n".to_owned(),
        html: "<p>Hello</p>\n".to_owned(),
    };
    outgoing(to, MailKind::PasswordChanged, words)
}

fn outgoing(to: &str, kind: MailKind, words: RenderedMail) -> OutgoingMail {
    let random = uuid::Uuid::now_v7().into_bytes();
    let id = MailId::mint(
        Timestamp::from_millis(1_800_000_000_000),
        *random.last_chunk().unwrap(),
    );
    OutgoingMail {
        id,
        message_id: format!("{id}@auth.example.com"),
        kind,
        tenant: TenantId::parse("default").unwrap(),
        user: None,
        to: Email::parse(to).unwrap(),
        locale: Locale::english(),
        words,
        link: None,
        token: None,
    }
}
