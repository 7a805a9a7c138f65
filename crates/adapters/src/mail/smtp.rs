use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use horizon_auth_core::domain::mail::{OutgoingMail, Sender};
use horizon_auth_core::ports::mailer::{MailError, Mailer};
use lettre::Address;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Code, Severity};

use super::message::{address, message};
use super::smtp_url::{Protection, Server, parse};

/// What a mail server is reached with.
#[expect(missing_debug_implementations, reason = "the URL may hold a password")]
pub struct SmtpConfig<'a> {
    /// `smtps://`, `smtp://` (STARTTLS) or `smtp+plain://` (this machine only).
    pub url: &'a str,
    /// A certificate authority to trust beside the machine's.
    pub ca_file: Option<&'a Path>,
    /// Sender of all mails.
    pub from: Sender,
    /// Longest time of one attempt.
    pub timeout: Duration,
}

/// A mail server cannot be used as configured. Holds no password.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The URL is unusable.
    #[error("the URL {0}")]
    Url(&'static str),
    /// The certificate authority's file is unusable.
    #[error("{0}")]
    CaFile(String),
}

/// Hands mails to a server by SMTP (RFC 5321), with TLS.
///
/// Connections are kept for a while and used again. One whose conversation
/// was broken off, in whatever way, is thrown away: what the server says next
/// on it could be the answer to the question before.
pub struct SmtpMailer {
    server: Server,
    tls: TlsParameters,
    hello: ClientId,
    from: Sender,
    timeout: Duration,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

/// Connections kept: as many as one round of the worker uses.
const MOST_IDLE: usize = 10;
/// Servers hang up on silent clients; most wait much longer than this.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpMailer")
    }
}

impl SmtpMailer {
    /// Reads the URL and the certificate authority. Connects to nothing yet.
    ///
    /// # Errors
    /// [`SmtpError`]
    pub fn open(config: SmtpConfig<'_>) -> Result<Self, SmtpError> {
        let server = parse(config.url).map_err(SmtpError::Url)?;
        let mut tls = TlsParameters::builder(server.host.clone());
        if let Some(file) = config.ca_file {
            tls = tls.add_root_certificate(authority(file)?);
        }
        Ok(Self {
            tls: tls
                .build()
                .map_err(|_| SmtpError::CaFile("a certificate of it cannot be trusted".to_owned()))?,
            server,
            hello: ClientId::default(),
            from: config.from,
            timeout: config.timeout,
            idle: Mutex::default(),
        })
    }

    /// Connects, greets, begins TLS and logs in as for a mail, and says goodbye: nothing is sent.
    ///
    /// # Errors
    /// [`MailError::Temporary`] with the step that failed, in words that hold no address and no password.
    pub async fn try_log_in(&self) -> Result<(), MailError> {
        let attempt = async {
            let mut connection = self.connect().await?;
            let _ = connection.quit().await; // the rest went well
            Ok(())
        };
        tokio::time::timeout(self.timeout, attempt)
            .await
            .unwrap_or_else(|_| Err(no_answer()))
    }

    async fn attempt(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        let bytes = message(mail, &self.from)?.formatted();
        let (from, to) = (address(&self.from.email)?, address(&mail.to)?);
        let mut connection = match self.idle_connection().await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        transfer(&mut connection, from, to, &bytes).await?;
        // Only now: whoever leaves earlier, by an error or by the time-out, drops it.
        self.keep(connection);
        Ok(())
    }

    async fn idle_connection(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            let mut connection = idle.connection;
            if idle.since.elapsed() < LONGEST_IDLE && connection.test_connected().await {
                return Some(connection);
            }
        }
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            let since = Instant::now();
            idle.push(Idle { connection, since });
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let Server {
            protection,
            host,
            port,
            login,
        } = &self.server;
        let at_once = (*protection == Protection::Tls).then(|| self.tls.clone());
        let mut connection =
            AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), None, &self.hello, at_once, None)
                .await
                .map_err(|error| not_reached("connecting", &error))?;
        if *protection == Protection::StartTls {
            // An error if the server does not offer it: nothing goes out in clear.
            connection
                .starttls(self.tls.clone(), &self.hello)
                .await
                .map_err(|error| not_reached("STARTTLS", &error))?;
        }
        if let Some((user, password)) = login {
            let credentials = Credentials::new(user.clone(), String::clone(password));
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await
                .map_err(|error| not_reached("AUTH", &error))?;
        }
        Ok(connection)
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        tokio::time::timeout(self.timeout, self.attempt(mail))
            .await
            .unwrap_or_else(|_| Err(no_answer()))
    }
}

fn no_answer() -> MailError {
    MailError::Temporary("no answer of the mail server in time".to_owned())
}

/// The certificates of a PEM file.
fn authority(file: &Path) -> Result<Certificate, SmtpError> {
    let wrong = |why: &str| SmtpError::CaFile(format!("{}: {why}", file.display()));
    let pem = fs::read(file).map_err(|error| wrong(&error.to_string()))?;
    let marker = b"-----BEGIN CERTIFICATE-----";
    if !pem.windows(marker.len()).any(|window| window == marker) {
        return Err(wrong("holds no certificate in PEM form"));
    }
    Certificate::from_pem(&pem).map_err(|_| wrong("holds a damaged certificate"))
}

/// One mail on an open connection.
async fn transfer(
    connection: &mut AsyncSmtpConnection,
    from: Address,
    to: Address,
    bytes: &[u8],
) -> Result<(), MailError> {
    let offers = |extension| connection.server_info().supports_feature(extension);
    let mut parameters = Vec::new();
    if !AsRef::<str>::as_ref(&from).is_ascii() || !AsRef::<str>::as_ref(&to).is_ascii() {
        if !offers(Extension::SmtpUtfEight) {
            return Err(MailError::Permanent(
                "the mail server takes no addresses with letters beyond ASCII".to_owned(),
            ));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() && offers(Extension::EightBitMime) {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    // Whether the sender may send is the operator's business, not a property of this mail.
    let refused = connection.command(Mail::new(Some(from), parameters)).await;
    refused.map_err(|error| not_reached("MAIL", &error))?;
    let refused = connection.command(Rcpt::new(to, Vec::new())).await;
    refused.map_err(|error| not_taken("RCPT", &error))?;
    let answer = connection.command(Data).await;
    let answer = answer.map_err(|error| not_taken("DATA", &error))?;
    if !answer.has_code(354) {
        // Somebody slipped an answer in before TLS began, or the server miscounts: each further
        // answer would belong to the command before, and a refusal would look like consent.
        return Err(MailError::Temporary(
            "the mail server answers out of step".to_owned(),
        ));
    }
    let refused = connection.message(bytes).await;
    refused.map_err(|error| not_taken("the mail", &error))?;
    Ok(())
}

/// The server refuses this mail for good, or it may help to try again.
fn not_taken(step: &str, error: &smtp::Error) -> MailError {
    match error.status() {
        Some(code) if code.severity == Severity::PermanentNegativeCompletion && !wants_login(code) => {
            MailError::Permanent(format!("the mail server answered {code} to {step}"))
        }
        _ => not_reached(step, error),
    }
}

/// Something is wrong between us and the server: whatever it says, the mail is not to blame and must not be lost.
///
/// Quotes the code of an answer but not its text, which may hold an address.
fn not_reached(step: &str, error: &smtp::Error) -> MailError {
    let why = error
        .status()
        .map(|code| format!("the mail server answered {code}"));
    let why = why.or_else(|| local_reason(error)).unwrap_or_else(|| {
        if error.is_client() {
            "the mail server does not offer it".to_owned()
        } else {
            "the conversation with the mail server broke off".to_owned()
        }
    });
    MailError::Temporary(format!("{step}: {why}"))
}

/// Codes that ask for a log-in, or a better one (RFC 4954 section 6).
fn wants_login(code: Code) -> bool {
    matches!(u16::from(code), 530 | 534 | 535 | 538)
}

/// What this machine or its TLS has to say, such as "Connection refused".
fn local_reason(error: &smtp::Error) -> Option<String> {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return Some(io.to_string());
        }
        cause = inner.source();
    }
    None
}
