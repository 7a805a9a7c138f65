//! What the front end needs to know about its surroundings. Already checked.

use std::time::Duration;

use axum::http::HeaderName;
use horizon_auth_core::domain::tenant_hosts::TenantHosts;
use ipnet::IpNet;

use crate::sso::SsoConfig;

/// Settings of the HTTP front end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpConfig {
    /// `https` or `http` origin under which browsers reach the service, without a trailing slash.
    pub public_origin: String,
    /// Which routes there are, and whether session cookies are believed.
    pub profile: Profile,
    /// How a request names its tenant.
    pub tenant: TenantSource,
    /// How cookies are set.
    pub cookie: CookieConfig,
    /// How the cookies of sessions are set.
    pub session: SessionCookieConfig,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Host` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Most bytes of a request body.
    pub max_body_bytes: usize,
    /// Longest time a request body may take to arrive.
    pub body_timeout: Duration,
    /// How long clients may cache the JWKS.
    pub jwks_max_age: Duration,
    /// Whether the document of the routes, and the page that shows it, are served.
    pub openapi: bool,
    /// What is shared with applications on other origins, if single sign-on is offered.
    pub sso: Option<SsoConfig>,
}

/// Which of the two ways in there are (decision D3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Access tokens and a refresh cookie. The default.
    Token,
    /// Opaque session cookies with tokens against cross-site requests.
    Session,
    /// Both; the routes of sessions are below `/session`.
    Both,
}

impl Profile {
    /// Whether a session cookie proves anything.
    #[must_use]
    pub const fn has_sessions(self) -> bool {
        matches!(self, Self::Session | Self::Both)
    }

    /// Whether there are routes that hand out tokens.
    #[must_use]
    pub const fn has_tokens(self) -> bool {
        matches!(self, Self::Token | Self::Both)
    }
}

/// How a request names its tenant (decision D12). One that names none means the default tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantSource {
    /// Not at all: there is the default tenant only. The default.
    Fixed,
    /// By a header.
    Header(HeaderName),
    /// By its host, which is one label below a domain.
    Subdomain(TenantHosts),
}

/// When browsers send the session cookie with requests that other sites cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never. The default.
    Strict,
    /// When somebody follows a link.
    Lax,
}

/// The cookies of sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCookieConfig {
    /// Name of the session cookie, without the prefix that browsers know.
    pub name: String,
    /// Name of the cookie that holds the token against cross-site requests, without that prefix.
    pub csrf_name: String,
    /// When browsers send them.
    pub same_site: SameSite,
}

impl Default for SessionCookieConfig {
    fn default() -> Self {
        Self {
            name: "session".to_owned(),
            csrf_name: "csrf".to_owned(),
            same_site: SameSite::Strict,
        }
    }
}

/// Attributes of cookies that depend on the installation (decision D10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieConfig {
    /// `Secure`, and with it the `__Secure-` or `__Host-` prefix of the name.
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
            profile: Profile::Token,
            tenant: TenantSource::Fixed,
            cookie: CookieConfig { secure, domain: None },
            session: SessionCookieConfig::default(),
            trusted_proxies: Vec::new(),
            max_body_bytes: 16 * 1024,
            body_timeout: Duration::from_secs(10),
            jwks_max_age: Duration::from_secs(3600),
            openapi: false,
            sso: None,
        }
    }

    /// Whether pages of this origin belong to an application that shares the log-in.
    pub(crate) fn shares_with(&self, origin: &str) -> bool {
        self.sso.as_ref().is_some_and(|sso| sso.allows_origin(origin))
    }
}
