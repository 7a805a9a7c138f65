//! The session cookie, and the cookie that repeats the token against cross-site requests (ADR 18).

use std::fmt::Write as _;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{HeaderName, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Response};
use horizon_auth_core::crypto::csrf::CsrfToken;
use horizon_auth_core::domain::token::{Secret, SessionCookie};
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::IssuedCookie;

use crate::config::{CookieConfig, SameSite, SessionCookieConfig};
use crate::cookies::values;

/// The header in which a page repeats the token.
const X_CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// Names and attributes of both cookies, decided once.
#[derive(Debug)]
pub(crate) struct SessionCookies {
    session: Cookie,
    csrf: Cookie,
}

#[derive(Debug)]
struct Cookie {
    name: String,
    /// Everything but value and `Max-Age`.
    attributes: String,
}

impl SessionCookies {
    pub(crate) fn new(installation: &CookieConfig, config: &SessionCookieConfig) -> Self {
        Self {
            session: Cookie::new(&config.name, true, installation, config.same_site),
            csrf: Cookie::new(&config.csrf_name, false, installation, config.same_site),
        }
    }

    /// The name of the session cookie, and of the one that repeats the token.
    #[cfg(feature = "openapi")]
    pub(crate) fn names(&self) -> (&str, &str) {
        (&self.session.name, &self.csrf.name)
    }

    /// Whether a request has a session cookie, good or bad.
    pub(crate) fn is_in(&self, headers: &HeaderMap) -> bool {
        values(headers, &self.session.name).next().is_some()
    }

    /// The secret of a request. Two cookies of the name mean that somebody planted one, and nobody can say
    /// which: neither is taken.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Result<Secret<SessionCookie>, Code> {
        let mut found = values(headers, &self.session.name);
        let value = found.next().ok_or(Code::TokenMissing)?;
        if found.next().is_some() {
            return Err(Code::SessionInvalid);
        }
        Secret::<SessionCookie>::parse(value).ok_or(Code::SessionInvalid)
    }

    /// What the request has in cookies that repeat the token.
    pub(crate) fn csrf_cookies<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        values(headers, &self.csrf.name)
    }

    /// The lines that set both cookies; they live as long as the session can.
    pub(crate) fn issue(&self, issued: &IssuedCookie, csrf: &CsrfToken) -> impl Iterator<Item = HeaderValue> {
        let life = issued.expires_at.since(issued.issued_at);
        let session = self.session.set(issued.secret.reveal(), life);
        [session, self.csrf.set(csrf.reveal(), life)]
            .into_iter()
            .flatten()
    }

    /// Sets the token's cookie alone.
    pub(crate) fn issue_csrf_in(&self, response: &mut Response<Body>, csrf: &CsrfToken, life: Duration) {
        append(response, self.csrf.set(csrf.reveal(), life));
    }

    /// The lines that remove both cookies, with identical attributes.
    pub(crate) fn clear(&self) -> impl Iterator<Item = HeaderValue> {
        [&self.session, &self.csrf]
            .into_iter()
            .filter_map(|cookie| cookie.set("", Duration::ZERO))
    }

    /// Removes both cookies.
    pub(crate) fn clear_in(&self, response: &mut Response<Body>) {
        for line in self.clear() {
            append(response, Some(line));
        }
    }
}

impl Cookie {
    /// `__Host-` keeps a cookie to one host and one way of setting it; a shared domain leaves `__Secure-`.
    fn new(name: &str, is_secret: bool, installation: &CookieConfig, same_site: SameSite) -> Self {
        let prefix = match (installation.secure, &installation.domain) {
            (true, None) => "__Host-",
            (true, Some(_)) => "__Secure-",
            (false, _) => "",
        };
        let mut attributes = String::from("Path=/");
        if is_secret {
            attributes.push_str("; HttpOnly");
        }
        attributes.push_str(match same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
        });
        if installation.secure {
            attributes.push_str("; Secure");
        }
        if let Some(domain) = &installation.domain {
            let _ = write!(attributes, "; Domain={domain}");
        }
        Self {
            name: format!("{prefix}{name}"),
            attributes,
        }
    }

    fn set(&self, value: &str, life: Duration) -> Option<HeaderValue> {
        let text = format!(
            "{}={value}; {}; Max-Age={}",
            self.name,
            self.attributes,
            life.as_secs()
        );
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// The token that a page sent in the header; two of them are none.
pub(crate) fn csrf_header(headers: &HeaderMap) -> Result<&str, Code> {
    let mut lines = headers.get_all(X_CSRF_TOKEN).iter();
    match (lines.next().and_then(|line| line.to_str().ok()), lines.next()) {
        (Some(token), None) => Ok(token),
        _ => Err(Code::CsrfInvalid),
    }
}

fn append(response: &mut Response<Body>, line: Option<HeaderValue>) {
    if let Some(line) = line {
        response.headers_mut().append(SET_COOKIE, line);
    }
}

#[cfg(test)]
#[path = "session_cookies_tests.rs"]
mod tests;
