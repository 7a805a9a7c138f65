//! The list of breached passwords over HTTP, in the manner of Have I Been Pwned.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use horizon_auth_core::ports::breaches::{BreachError, Breaches};

/// Longest time for the whole answer: somebody waits for it.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Most bytes of an answer. One of a thousand padded lines has about 40 KiB.
const LARGEST: usize = 1024 * 1024;
const SUFFIX_LENGTH: usize = 35;

/// A list that answers `GET {url}/range/{prefix}`.
#[derive(Clone)]
pub struct HttpBreaches {
    client: reqwest::Client,
    url: String,
}

impl fmt::Debug for HttpBreaches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpBreaches")
    }
}

impl HttpBreaches {
    /// A list at this origin. Connects when it is first asked.
    ///
    /// # Errors
    /// The machine's certificate authorities cannot be used.
    pub fn new(url: &str) -> Result<Self, BreachError> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("horizon-auth/", env!("CARGO_PKG_VERSION")))
            .timeout(TIMEOUT)
            // Whoever answers in the list's place shall not be believed for pointing elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| broken("TLS cannot be set up"))?;
        Ok(Self {
            client,
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    async fn answer(&self, prefix: &str) -> Result<String, BreachError> {
        let request = self
            .client
            .get(format!("{}/range/{prefix}", self.url))
            // The size of the answer would tell which prefix was asked for.
            .header("Add-Padding", "true");
        let mut response = request.send().await.map_err(|error| reason(&error))?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(BreachError(format!("status {}", response.status().as_u16())));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
            if body.len() + chunk.len() > LARGEST {
                return Err(broken("the answer is too large"));
            }
            body.extend_from_slice(&chunk);
        }
        String::from_utf8(body).map_err(|_| broken("the answer is not text"))
    }
}

#[async_trait]
impl Breaches for HttpBreaches {
    async fn suffixes(&self, prefix: &str) -> Result<Vec<String>, BreachError> {
        let answer = self.answer(prefix).await?;
        let suffixes = answer.lines().filter(|line| !line.is_empty()).map(read_line);
        let suffixes: Vec<Option<String>> = suffixes.collect::<Result<_, _>>()?;
        if suffixes.is_empty() {
            // Every prefix has entries: nothing at all is no answer.
            return Err(broken("the answer is empty"));
        }
        Ok(suffixes.into_iter().flatten().collect())
    }
}

/// `SUFFIX:COUNT`; `None` for padding, whose count is 0.
fn read_line(line: &str) -> Result<Option<String>, BreachError> {
    let parts = line.split_once(':');
    let read = parts.and_then(|(suffix, count)| {
        let hex = suffix.len() == SUFFIX_LENGTH && suffix.bytes().all(|byte| byte.is_ascii_hexdigit());
        let count: u64 = count.trim().parse().ok()?;
        hex.then(|| (count > 0).then(|| suffix.to_ascii_uppercase()))
    });
    // A page of some gateway would otherwise pass as a list without the password.
    read.ok_or_else(|| broken("the answer is not a list of hashes"))
}

fn broken(why: &str) -> BreachError {
    BreachError(why.to_owned())
}

/// In our words: those of the library hold the URL, which ends with the prefix.
fn reason(error: &reqwest::Error) -> BreachError {
    broken(if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    })
}
