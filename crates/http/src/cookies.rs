//! The refresh cookie (decision D10).

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use horizon_auth_core::domain::token::{Refresh, Secret};
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::IssuedRefresh;

use crate::config::CookieConfig;

/// Its name and attributes, decided once.
#[derive(Debug)]
pub(crate) struct RefreshCookie {
    name: &'static str,
    /// Everything but value and `Max-Age`.
    attributes: String,
    clear: Option<HeaderValue>,
}

impl RefreshCookie {
    pub(crate) fn new(config: &CookieConfig) -> Self {
        let name = if config.secure {
            "__Secure-refresh_token"
        } else {
            "refresh_token"
        };
        let mut attributes = String::from("Path=/auth/refresh; HttpOnly; SameSite=Strict");
        if config.secure {
            attributes.push_str("; Secure");
        }
        if let Some(domain) = &config.domain {
            let _ = write!(attributes, "; Domain={domain}");
        }
        let clear = HeaderValue::try_from(format!("{name}=; {attributes}; Max-Age=0")).ok();
        Self {
            name,
            attributes,
            clear,
        }
    }

    /// Its name.
    #[cfg(feature = "openapi")]
    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// `Set-Cookie` for a fresh token; it lives as long as the stored row.
    pub(crate) fn issue(&self, refresh: &IssuedRefresh) -> Option<HeaderValue> {
        let max_age = refresh.expires_at.since(refresh.issued_at).as_secs();
        let text = format!(
            "{}={}; {}; Max-Age={max_age}",
            self.name,
            refresh.secret.reveal(),
            self.attributes
        );
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// `Set-Cookie` that removes the cookie, with identical attributes.
    pub(crate) fn clear(&self) -> Option<HeaderValue> {
        self.clear.clone()
    }

    /// The token of a request. Two cookies of the name mean that somebody
    /// planted one, and nobody can say which: neither is taken.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Result<Secret<Refresh>, Code> {
        let mut values = values(headers, self.name);
        let value = values.next().ok_or(Code::RefreshMissing)?;
        if values.next().is_some() {
            return Err(Code::RefreshInvalid);
        }
        Secret::<Refresh>::parse(value).ok_or(Code::RefreshInvalid)
    }
}

/// What a request sends in cookies of that name.
pub(crate) fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(move |(found, _)| *found == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use horizon_auth_core::domain::time::Timestamp;

    fn cookie(secure: bool, domain: Option<&str>) -> RefreshCookie {
        RefreshCookie::new(&CookieConfig {
            secure,
            domain: domain.map(str::to_owned),
        })
    }

    fn issued() -> IssuedRefresh {
        IssuedRefresh {
            secret: Secret::from_random(&[5; 32]),
            expires_at: Timestamp::from_millis(10_500),
            issued_at: Timestamp::from_millis(500),
        }
    }

    fn headers(lines: &[&str]) -> HeaderMap {
        lines
            .iter()
            .map(|line| (COOKIE, HeaderValue::from_str(line).unwrap()))
            .collect()
    }

    #[test]
    fn the_cookie_carries_every_attribute_of_the_decision() {
        let token = issued().secret.reveal().to_owned();
        assert_eq!(
            cookie(true, None).issue(&issued()).unwrap().to_str().unwrap(),
            format!(
                "__Secure-refresh_token={token}; Path=/auth/refresh; HttpOnly; SameSite=Strict; Secure; Max-Age=10"
            )
        );
        assert_eq!(
            cookie(false, None).issue(&issued()).unwrap().to_str().unwrap(),
            format!("refresh_token={token}; Path=/auth/refresh; HttpOnly; SameSite=Strict; Max-Age=10")
        );
        let shared = cookie(true, Some("example.com"));
        assert!(
            shared
                .issue(&issued())
                .unwrap()
                .to_str()
                .unwrap()
                .contains("; Domain=example.com")
        );
        assert!(
            shared
                .clear()
                .unwrap()
                .to_str()
                .unwrap()
                .contains("Domain=example.com; Max-Age=0")
        );
    }

    #[test]
    fn the_token_is_read_among_other_cookies() {
        let token = issued().secret.reveal().to_owned();
        let found = cookie(false, None).read(&headers(&["a=b; c", &format!("refresh_token={token}; d=e")]));
        assert_eq!(found.unwrap().digest(), issued().secret.digest());
    }

    #[test]
    fn missing_doubled_and_misspelt_cookies_are_not_taken() {
        let token = issued().secret.reveal().to_owned();
        let secure = cookie(true, None);
        let pair = format!("__Secure-refresh_token={token}");
        assert_eq!(secure.read(&headers(&[])).unwrap_err(), Code::RefreshMissing);
        assert_eq!(
            secure
                .read(&headers(&[&format!("refresh_token={token}")]))
                .unwrap_err(),
            Code::RefreshMissing
        );
        assert_eq!(
            secure
                .read(&headers(&[&pair.replace("__Secure", "__secure")]))
                .unwrap_err(),
            Code::RefreshMissing
        );
        assert_eq!(
            secure.read(&headers(&[&pair, &pair])).unwrap_err(),
            Code::RefreshInvalid
        );
        assert_eq!(
            secure
                .read(&headers(&["__Secure-refresh_token=garbage"]))
                .unwrap_err(),
            Code::RefreshInvalid
        );
    }
}
