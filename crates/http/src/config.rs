//! What the front end needs to know about its surroundings. Already checked.

use std::time::Duration;

use ipnet::IpNet;

/// Settings of the HTTP front end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpConfig {
    /// `https` or `http` origin under which browsers reach the service, without a trailing slash.
    pub public_origin: String,
    /// How the refresh cookie is set.
    pub cookie: CookieConfig,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Most bytes of a request body.
    pub max_body_bytes: usize,
    /// Longest time a request body may take to arrive.
    pub body_timeout: Duration,
    /// How long clients may cache the JWKS.
    pub jwks_max_age: Duration,
}

/// Attributes of the refresh cookie that depend on the installation (decision D10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieConfig {
    /// `Secure`, and with it the `__Secure-` prefix of the name.
    pub secure: bool,
    /// `Domain`, only for SSO.
    pub domain: Option<String>,
}

impl HttpConfig {
    /// Defaults for an origin; cookies are secure if the origin is `https`.
    #[must_use]
    pub fn new(public_origin: String) -> Self {
        let secure = public_origin.starts_with("https://");
        Self {
            public_origin,
            cookie: CookieConfig { secure, domain: None },
            trusted_proxies: Vec::new(),
            max_body_bytes: 16 * 1024,
            body_timeout: Duration::from_secs(10),
            jwks_max_age: Duration::from_secs(3600),
        }
    }
}
