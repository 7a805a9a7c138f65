use std::sync::Arc;

use horizon_auth_adapters::mail::{FileMailer, MuteMailer, Templates, TemplatesError};
use horizon_auth_core::domain::mail::Sender;
use horizon_auth_core::ports::mailer::Mailer;

use crate::config::{Config, MailTransport};

/// Mails cannot be sent as configured. Holds no key and no password.
#[derive(Debug, thiserror::Error)]
pub enum MailSetupError {
    /// A setting is unusable.
    #[error("{setting}: {problem}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// Templates are unusable.
    #[error("mail.templates: {0}")]
    Templates(#[from] TemplatesError),
}

/// The words of mails as configured.
pub(crate) fn templates(config: &Config) -> Result<Templates, MailSetupError> {
    let policy = &config.policy.mail;
    let folder = config.mail.templates.as_deref();
    Ok(Templates::open(folder, &policy.locale, &policy.product)?)
}

/// The way out for mails as configured.
pub(crate) fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, MailSetupError> {
    let from = config.policy.mail.from.clone();
    match &config.mail.transport {
        MailTransport::Custom => Err(MailSetupError::Setting {
            setting: "mail.transport",
            problem: "is \"custom\", so the application must bring its mailer: Engine::open_with_mailer"
                .to_owned(),
        }),
        MailTransport::None => Ok(Arc::new(MuteMailer)),
        MailTransport::File { folder } => Ok(Arc::new(FileMailer::new(folder.clone(), from))),
        MailTransport::Smtp { .. } => smtp(config),
        MailTransport::Resend { .. } | MailTransport::SendGrid { .. } => provider(config, from),
    }
}

#[cfg(feature = "smtp")]
fn smtp(config: &Config) -> Result<Arc<dyn Mailer>, MailSetupError> {
    Ok(Arc::new(open_smtp(config)?))
}

/// The mail server as configured.
#[cfg(feature = "smtp")]
pub(crate) fn open_smtp(config: &Config) -> Result<horizon_auth_adapters::mail::SmtpMailer, MailSetupError> {
    use horizon_auth_adapters::mail::{SmtpConfig, SmtpError, SmtpMailer};

    let MailTransport::Smtp { url, ca_file } = &config.mail.transport else {
        return Err(unsupported("smtp"));
    };
    let mailer = SmtpMailer::open(SmtpConfig {
        url: url.reveal(),
        ca_file: ca_file.as_deref(),
        from: config.policy.mail.from.clone(),
        timeout: config.mail.timeout,
    });
    mailer.map_err(|error| match error {
        SmtpError::Url(_) => setting("mail.smtp_url", &error),
        SmtpError::CaFile(_) => setting("mail.smtp_ca_file", &error),
    })
}

#[cfg(not(feature = "smtp"))]
fn smtp(_config: &Config) -> Result<Arc<dyn Mailer>, MailSetupError> {
    Err(unsupported("smtp"))
}

#[cfg(feature = "mail-http")]
fn provider(config: &Config, from: Sender) -> Result<Arc<dyn Mailer>, MailSetupError> {
    use horizon_auth_adapters::mail::{ProviderConfig, ProviderError, ResendMailer, SendGridMailer};

    let transport = &config.mail.transport;
    let (MailTransport::Resend { api_key, api_url } | MailTransport::SendGrid { api_key, api_url }) =
        transport
    else {
        return Err(unsupported("mail-http"));
    };
    let provider = ProviderConfig {
        api_key: api_key.reveal(),
        api_url: api_url.as_deref(),
        from,
        timeout: config.mail.timeout,
    };
    let mailer: Result<Arc<dyn Mailer>, ProviderError> = if matches!(transport, MailTransport::Resend { .. })
    {
        ResendMailer::open(provider).map(|mailer| Arc::new(mailer) as Arc<_>)
    } else {
        SendGridMailer::open(provider).map(|mailer| Arc::new(mailer) as Arc<_>)
    };
    mailer.map_err(|error| match error {
        ProviderError::Key => setting("mail.api_key", &error),
        ProviderError::Url(_) => setting("mail.api_url", &error),
        ProviderError::Client(_) => setting("mail.transport", &error),
    })
}

#[cfg(not(feature = "mail-http"))]
fn provider(_config: &Config, _from: Sender) -> Result<Arc<dyn Mailer>, MailSetupError> {
    Err(unsupported("mail-http"))
}

#[cfg(any(feature = "smtp", feature = "mail-http"))]
fn setting(setting: &'static str, error: &dyn std::error::Error) -> MailSetupError {
    MailSetupError::Setting {
        setting,
        problem: error.to_string(),
    }
}

fn unsupported(feature: &str) -> MailSetupError {
    MailSetupError::Setting {
        setting: "mail.transport",
        problem: format!("needs the cargo feature `{feature}`, without which this program was built"),
    }
}
