//! The published keys of a server.

use std::time::Duration;

use async_trait::async_trait;
use horizon_auth_core::crypto::jwk_set::MAX_SET_BYTES;
use horizon_auth_core::ports::cache::CacheError;
use horizon_auth_core::ports::remote::{KeySource, PublishedSet};
use reqwest::Client;
use reqwest::header::{ACCEPT, CACHE_CONTROL, HeaderMap};
use url::Url;

use super::web::{ServerUrlError, body, client, reason};

/// A key set at a URL.
#[derive(Clone, Debug)]
pub struct HttpKeys {
    client: Client,
    url: Url,
}

impl HttpKeys {
    /// The set at this URL. Connects when it is first asked.
    ///
    /// # Errors
    /// [`ServerUrlError`].
    pub fn new(url: &str, timeout: Duration) -> Result<Self, ServerUrlError> {
        let (client, url) = client(url, timeout)?;
        Ok(Self { client, url })
    }
}

#[async_trait]
impl KeySource for HttpKeys {
    async fn fetch_keys(&self) -> Result<PublishedSet, CacheError> {
        let request = self
            .client
            .get(self.url.clone())
            .header(ACCEPT, "application/json");
        let response = request.send().await.map_err(|error| reason(&error))?;
        let max_age = max_age(response.headers());
        Ok(PublishedSet {
            body: body(response, MAX_SET_BYTES).await?,
            max_age,
        })
    }
}

/// RFC 9111 section 5.2.2: `no-store` and `no-cache` are 0.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let mut found = None;
    let lines = headers.get_all(CACHE_CONTROL).iter();
    for directive in lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
    {
        let directive = directive.trim().to_ascii_lowercase();
        if directive == "no-store" || directive == "no-cache" {
            return Some(Duration::ZERO);
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            found = seconds.trim_matches('"').parse().ok().map(Duration::from_secs);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn the_age_is_read_from_all_lines_and_what_forbids_keeping_wins() {
        let read = |lines: &[&'static str]| {
            let headers = lines
                .iter()
                .map(|&line| (CACHE_CONTROL, HeaderValue::from_static(line)))
                .collect();
            max_age(&headers).map(|age| age.as_secs())
        };
        assert_eq!(read(&[]), None);
        assert_eq!(read(&["public, max-age=3600"]), Some(3600));
        assert_eq!(read(&["public", "Max-Age=60"]), Some(60));
        assert_eq!(read(&["max-age=60, no-cache"]), Some(0));
        assert_eq!(read(&["no-store"]), Some(0));
        assert_eq!(read(&["max-age=soon"]), None);
        assert_eq!(read(&["s-maxage=7"]), None);
    }
}
