//! From options to a running engine.

use std::path::PathBuf;
use std::sync::Arc;

use horizon_auth::config::{Config, MailTransport};
use horizon_auth::{Auth, SsoClient};

use crate::events::{EventFunction, Listening};
use crate::mailer::{JsMailer, MailFunction};
use crate::options::{self, Read};
use crate::request::NamedTenant;
use crate::service::Service;
use crate::shapes::Facts;

/// Functions of the application.
pub(crate) struct Functions {
    pub(crate) send_mail: Option<MailFunction>,
    pub(crate) on_event: Option<EventFunction>,
}

/// Starts what the options describe.
///
/// # Errors
/// Everything that is wrong, one line each.
pub(crate) async fn open(options: String, folder: PathBuf, functions: Functions) -> Result<Service, String> {
    let mut read = Read::new(&options, &folder);
    if functions.send_mail.is_some() {
        read.settle_sender();
    }
    let config = read.prepare().map_err(|problems| problems.join("\n"))?;
    let facts = Facts::of(&config);
    if options::is_client(&config) {
        let sso = SsoClient::open(&config).map_err(|error| read.in_names(&options::chain(&error)))?;
        return Ok(Service::client(sso, facts));
    }
    let is_custom = matches!(config.mail.transport, MailTransport::Custom);
    let mailer = match functions.send_mail {
        Some(send) if is_custom => Some(mailer(send, &config)),
        Some(_) => {
            return Err(read.in_names(
                "mail.transport names a way out for mails beside the function that sends them: keep one",
            ));
        }
        None => None,
    };
    let mut builder = Auth::builder().config(config);
    if let Some(mailer) = mailer {
        builder = builder.mailer(Arc::new(mailer));
    }
    if read.custom_tenant {
        builder = builder.tenant(|parts| {
            let named = parts.extensions.get::<NamedTenant>()?;
            Some(named.0.clone())
        });
    }
    let auth = builder
        .start()
        .await
        .map_err(|error| read.in_names(&options::chain(&error)))?;
    let listening = functions
        .on_event
        .map(|function| Listening::begin(auth.subscribe_events(), function));
    Ok(Service::engine(auth, facts, listening))
}

fn mailer(send: MailFunction, config: &Config) -> JsMailer {
    JsMailer {
        send,
        from: config.policy.mail.from.clone(),
        timeout: config.mail.timeout,
    }
}
