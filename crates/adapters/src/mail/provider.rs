use std::net::IpAddr;
use std::time::Duration;

use horizon_auth_core::domain::mail::Sender;
use horizon_auth_core::ports::mailer::MailError;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use url::{Host, Url};

/// What a mail provider is reached with.
#[expect(missing_debug_implementations, reason = "holds a key")]
pub struct ProviderConfig<'a> {
    /// The key.
    pub api_key: &'a str,
    /// Origin of the interface, if not the usual one.
    pub api_url: Option<&'a str>,
    /// Sender of all mails.
    pub from: Sender,
    /// Longest time of one attempt.
    pub timeout: Duration,
}

/// A mail provider cannot be used as configured. Holds no key.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The key cannot stand in a header.
    #[error("the key holds characters that no key has")]
    Key,
    /// The origin is unusable.
    #[error("{0}")]
    Url(&'static str),
    /// This machine cannot make HTTPS requests.
    #[error("HTTPS requests cannot be made: {0}")]
    Client(String),
}

/// One interface of a provider that takes a mail as JSON.
pub(super) struct Provider {
    client: Client,
    endpoint: Url,
    pub(super) from: Sender,
}

impl Provider {
    pub(super) fn open(config: ProviderConfig<'_>, origin: &str, path: &str) -> Result<Self, ProviderError> {
        let mut endpoint =
            Url::parse(config.api_url.unwrap_or(origin)).map_err(|_| ProviderError::Url("is no URL"))?;
        if endpoint.scheme() != "https" && !is_this_machine(&endpoint) {
            return Err(ProviderError::Url(
                "must begin with https://, or the key would travel in clear",
            ));
        }
        endpoint.set_path(path);
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", config.api_key.trim()))
            .map_err(|_| ProviderError::Key)?;
        authorization.set_sensitive(true);
        let headers = [
            (AUTHORIZATION, authorization),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        ];
        let client = Client::builder()
            .user_agent("horizon-auth")
            .default_headers(HeaderMap::from_iter(headers))
            .redirect(Policy::none()) // nobody else gets the key, or a link
            .timeout(config.timeout)
            .build()
            .map_err(|error| ProviderError::Client(error.to_string()))?;
        Ok(Self {
            client,
            endpoint,
            from: config.from,
        })
    }

    /// Hands over a mail. The answer's body is not read: it may quote the mail.
    pub(super) async fn post(&self, body: &Value, headers: HeaderMap) -> Result<(), MailError> {
        let request = self
            .client
            .post(self.endpoint.clone())
            .headers(headers)
            .body(body.to_string());
        match request.send().await {
            Ok(answer) => judge(answer.status()),
            Err(error) if error.is_timeout() => Err(temporary("no answer of the mail provider in time")),
            Err(error) if error.is_connect() => Err(temporary("no connection to the mail provider")),
            Err(_) => Err(temporary("the conversation with the mail provider broke off")),
        }
    }
}

fn judge(status: StatusCode) -> Result<(), MailError> {
    if status.is_success() {
        return Ok(());
    }
    let text = format!("the mail provider answered {}", status.as_u16());
    // Any other answer is about the operator's account, key or URL, or about the provider itself:
    // the mail is not to blame and must not be lost.
    let of_the_mail = matches!(
        status,
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY
    );
    Err(if of_the_mail {
        MailError::Permanent(text)
    } else {
        MailError::Temporary(text)
    })
}

fn temporary(why: &str) -> MailError {
    MailError::Temporary(why.to_owned())
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_travels_in_clear_beyond_this_machine() {
        let open = |api_url| {
            let config = ProviderConfig {
                api_key: "key",
                api_url: Some(api_url),
                from: Sender::parse("auth@example.com").unwrap(),
                timeout: Duration::from_secs(1),
            };
            Provider::open(config, "https://unused", "/emails").map(|provider| provider.endpoint.to_string())
        };
        assert_eq!(open("http://127.0.0.1:1").unwrap(), "http://127.0.0.1:1/emails");
        assert_eq!(
            open("https://eu.example.com").unwrap(),
            "https://eu.example.com/emails"
        );
        for wrong in [
            "http://api.example.com",
            "http://localhost.example.com",
            "nonsense",
        ] {
            assert!(matches!(open(wrong), Err(ProviderError::Url(_))), "{wrong}");
        }
    }

    #[test]
    fn only_what_is_wrong_with_the_mail_itself_is_refused_for_good() {
        let verdict = |code| judge(StatusCode::from_u16(code).unwrap());
        for code in [200, 202] {
            assert!(verdict(code).is_ok(), "{code}");
        }
        for code in [301, 401, 402, 403, 404, 408, 409, 429, 500, 503] {
            assert!(matches!(verdict(code), Err(MailError::Temporary(_))), "{code}");
        }
        for code in [400, 413, 422] {
            assert!(matches!(verdict(code), Err(MailError::Permanent(_))), "{code}");
        }
    }
}
