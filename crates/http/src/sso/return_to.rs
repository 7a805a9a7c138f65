//! Where people are sent back to. Parsed exactly: a spelling that two programs could read in two ways is refused.

use std::fmt;

use url::{Host, Url};

/// Longest address that is looked at.
const LONGEST: usize = 2048;
/// What `*` stands for is a host below this, on any port.
const DEV_ZONE: &str = ".dev.localhost";

/// An address that may be sent to. Holds nothing that a header or a page would have to escape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo {
    address: String,
    origin: String,
}

impl ReturnTo {
    pub(super) fn new(address: &str, url: &Url) -> Self {
        Self {
            address: address.to_owned(),
            origin: origin_of(url),
        }
    }

    /// The whole of it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// A trusted origin, or the addresses below a path of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    origin: String,
    path: String,
}

/// Text that cannot be a trusted address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "write an origin such as https://app.example.com, or one with a path such as https://app.example.com/after/, \
     in lower case and without query"
)]
pub struct RedirectRule;

impl Redirect {
    /// Reads an origin, or an address below which everything is trusted.
    ///
    /// # Errors
    /// [`RedirectRule`].
    pub fn parse(text: &str) -> Result<Self, RedirectRule> {
        let url = canonical(text).ok_or(RedirectRule)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(RedirectRule);
        }
        Ok(Self {
            origin: origin_of(&url),
            path: url.path().to_owned(),
        })
    }

    /// Its origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether a canonical address is this one, or below it: a path ends where a segment does.
    pub(super) fn covers(&self, url: &Url) -> bool {
        let folder = self.path.strip_suffix('/').unwrap_or(&self.path);
        let rest = url.path().strip_prefix(folder);
        let is_below = rest.is_some_and(|rest| rest.starts_with('/'));
        let is_same = url.path() == self.path;
        origin_of(url) == self.origin && (is_below || is_same)
    }
}

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// A web address that is written as a browser would write it after reading it, so that both mean the same.
pub(super) fn canonical(text: &str) -> Option<Url> {
    if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    // An origin may lack the slash that its address ends with.
    let is_exact = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text) && url.path() == "/";
    let is_plain = matches!(url.scheme(), "https" | "http")
        && url.host_str().is_some_and(is_host)
        && url.username().is_empty()
        && url.password().is_none();
    (is_exact && is_plain && !hides_separators(url.path())).then_some(url)
}

/// A name or an address, without the other characters that the standard lets into hosts, such as `*`.
fn is_host(host: &str) -> bool {
    host.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b".-[:]".contains(&byte))
}

/// Some servers decode these before they look for `..`.
fn hides_separators(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ["%2f", "%5c", "%2e", "%00", "\\"]
        .iter()
        .any(|hidden| path.contains(hidden))
}

pub(super) fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// `http://NAME.dev.localhost` on any port, written as browsers do.
pub(super) fn is_dev_origin(origin: &str) -> bool {
    let Some(url) = canonical(origin) else {
        return false;
    };
    let Some(Host::Domain(host)) = url.host() else {
        return false;
    };
    let name = host.strip_suffix(DEV_ZONE).unwrap_or("");
    url.scheme() == "http" && !name.is_empty() && origin_of(&url) == origin
}

#[cfg(test)]
#[path = "return_to_tests.rs"]
mod tests;
