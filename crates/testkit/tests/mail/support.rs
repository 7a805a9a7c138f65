//! A real mail server, and mails to send to it.

use std::fs;
use std::path::{Path, PathBuf};
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
use serde_json::Value;

pub(crate) const SENDER: &str = "Example, \"Inc\" <auth@example.com>";

/// The server that `scripts/lib/smtp.sh` starts.
#[derive(Debug)]
pub(crate) struct MailServer {
    pub(crate) plain: u64,
    pub(crate) starttls: u64,
    pub(crate) tls: u64,
    /// The authority that signed the server's certificate, and one that did not.
    pub(crate) ca: PathBuf,
    pub(crate) other_ca: PathBuf,
    folder: PathBuf,
}

impl MailServer {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told by the script where the server is"
    )]
    pub(crate) fn running() -> Self {
        let told = std::env::var("HORIZON_TEST_SMTP").expect(
            "HORIZON_TEST_SMTP is not set: run the tests with scripts/test, which starts a mail server",
        );
        let told: Value = serde_json::from_str(&told).unwrap();
        let path = |name: &str| PathBuf::from(told[name].as_str().unwrap());
        Self {
            plain: told["plain"].as_u64().unwrap(),
            starttls: told["starttls"].as_u64().unwrap(),
            tls: told["tls"].as_u64().unwrap(),
            ca: path("ca"),
            other_ca: path("other_ca"),
            folder: path("folder"),
        }
    }

    pub(crate) fn plain_url(&self) -> String {
        format!("smtp+plain://localhost:{}", self.plain)
    }

    pub(crate) fn starttls_url(&self) -> String {
        format!("smtp://horizon:let%20me%20in@localhost:{}", self.starttls)
    }

    pub(crate) fn tls_url(&self) -> String {
        format!("smtps://horizon:let%20me%20in@127.0.0.1:{}", self.tls)
    }

    /// What arrived for an address, as the server read it; oldest first.
    pub(crate) fn mails_to(&self, address: &str) -> Vec<Value> {
        let Ok(entries) = fs::read_dir(self.folder.join(address)) else {
            return Vec::new();
        };
        let mut mails: Vec<(u64, Value)> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .map(|path| {
                let number = path.file_stem().unwrap().to_str().unwrap().parse().unwrap();
                (
                    number,
                    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap(),
                )
            })
            .collect();
        mails.sort_by_key(|(number, _)| *number);
        mails.into_iter().map(|(_, mail)| mail).collect()
    }

    /// Waits until a mail for the address is there.
    pub(crate) async fn first_mail_to(&self, address: &str) -> Value {
        for _ in 0..600 {
            if let Some(mail) = self.mails_to(address).into_iter().next() {
                return mail;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no mail came within 30 seconds");
    }
}

/// Values of a header, in order.
pub(crate) fn header(mail: &Value, name: &str) -> Vec<String> {
    let headers = mail["headers"].as_array().unwrap();
    let named = headers
        .iter()
        .filter(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name));
    named
        .map(|header| header[1].as_str().unwrap().to_owned())
        .collect()
}

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
