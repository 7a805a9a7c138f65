//! What a server tells of a credential (RFC 7662).

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use horizon_auth_core::domain::introspection::Introspection;
use horizon_auth_core::ports::cache::CacheError;
use horizon_auth_core::ports::remote::Introspector;
use reqwest::Client;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::Value;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::web::{ServerUrlError, body, client, reason};

/// Most bytes of an answer. A usual one has half a KiB.
const LARGEST: usize = 16 * 1024;

/// A server's introspection endpoint, and who asks.
#[derive(Clone)]
pub struct HttpIntrospector {
    client: Client,
    url: Url,
    id: String,
    secret: Zeroizing<String>,
}

impl fmt::Debug for HttpIntrospector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpIntrospector")
            .field("url", &self.url.as_str())
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl HttpIntrospector {
    /// The endpoint at this URL, asked in the name of this client. Connects when it is first asked.
    ///
    /// # Errors
    /// [`ServerUrlError`].
    pub fn new(
        url: &str,
        id: String,
        secret: Zeroizing<String>,
        timeout: Duration,
    ) -> Result<Self, ServerUrlError> {
        let (client, url) = client(url, timeout)?;
        Ok(Self {
            client,
            url,
            id,
            secret,
        })
    }

    async fn answer(&self, credential: &str) -> Result<Vec<u8>, CacheError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", credential)
            .finish();
        let request = self
            .client
            .post(self.url.clone())
            .basic_auth(&self.id, Some(self.secret.as_str()))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let response = request.send().await.map_err(|error| reason(&error))?;
        body(response, LARGEST).await
    }
}

#[async_trait]
impl Introspector for HttpIntrospector {
    async fn ask_about(&self, credential: &str) -> Result<Option<Introspection>, CacheError> {
        let answer = self.answer(credential).await.inspect_err(|error| {
            tracing::warn!(%error, "nobody tells whether a token is good");
        })?;
        read(&answer)
    }
}

/// Only `active` decides; anything but a plain yes or no is no answer.
fn read(answer: &[u8]) -> Result<Option<Introspection>, CacheError> {
    let unreadable = |_| CacheError("the authentication server's answer cannot be read");
    let answer: Value = serde_json::from_slice(answer).map_err(unreadable)?;
    match answer.get("active") {
        Some(Value::Bool(false)) => Ok(None),
        Some(Value::Bool(true)) => serde_json::from_value(answer).map(Some).map_err(unreadable),
        _ => Err(CacheError("the authentication server's answer cannot be read")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_with_all_that_belongs_to_it_is_believed() {
        assert_eq!(read(br#"{"active":false}"#).unwrap(), None);
        assert_eq!(read(br#"{"active":false,"sub":"x"}"#).unwrap(), None);
        for wrong in [
            "",
            "true",
            "[]",
            "{}",
            r#"{"active":"true"}"#,
            r#"{"active":1}"#,
            r#"{"active":null}"#,
            r#"{"active":true}"#,
            r#"{"active":true,"sub":"x","exp":1}"#,
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn debug_output_hides_the_secret() {
        let secret = Zeroizing::new("hush-hush".to_owned());
        let url = "https://auth.example.com/auth/introspect";
        let asked = HttpIntrospector::new(url, "shop".to_owned(), secret, Duration::from_secs(1)).unwrap();
        assert!(!format!("{asked:?}").contains("hush"));
    }
}
