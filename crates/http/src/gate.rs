//! Who decides whether a request is believed. Extractors and layers ask it, wherever they stand.

use axum::extract::FromRef;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::token::{Secret, SessionCookie};
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{AuthenticateCommand, AuthenticateSessionCommand};

use crate::extract::{Caller, CurrentUser, is_from_proxy, request_id};
use crate::layers::is_safe;
use crate::problem::Problem;
use crate::session_cookies::{SessionCookies, csrf_header};
use crate::state::Http;
use crate::tenants::Named;

/// What extractors need of an application's state. Cheap to clone.
///
/// An application that uses [`CurrentUser`] in its own routes has it in its state, and implements
/// `FromRef` of the state for it (or derives that).
#[derive(Clone, Debug)]
pub struct Gate(Http);

impl From<Http> for Gate {
    fn from(http: Http) -> Self {
        Self(http)
    }
}

impl FromRef<Http> for Gate {
    fn from_ref(http: &Http) -> Self {
        Self(http.clone())
    }
}

impl Gate {
    /// The tenant of a request, which exists and is enabled.
    pub(crate) async fn tenant(&self, parts: &Parts) -> Result<TenantId, Error> {
        let tenant = self.0.named_tenant(parts)?;
        let caller = Caller::of(parts, &self.0);
        self.0.auth.admit_tenant(&tenant, &caller.0).await?;
        Ok(tenant)
    }

    /// Whether a request could name a tenant and does not.
    pub(crate) fn names_no_tenant(&self, parts: &Parts) -> Result<bool, Error> {
        let named = self.0.tenants.named(parts, is_from_proxy(parts, &self.0))?;
        Ok(named == Named::Nothing)
    }

    /// Who sends a request, if its credentials are believed.
    pub(crate) async fn authenticate(&self, parts: &Parts) -> Result<CurrentUser, Error> {
        let proof = self.proof(parts)?;
        // Compared with what the credentials say, so nobody has to look whether there is such a tenant.
        let tenant = self.0.named_tenant(parts)?;
        let caller = Caller::of(parts, &self.0);
        let (tenant, client) = (&tenant, &caller.0);
        Ok(match proof {
            Proof::Token(token) => {
                let cmd = AuthenticateCommand {
                    token,
                    tenant,
                    client,
                };
                self.0.auth.authenticate(cmd).await?.into()
            }
            Proof::Cookie(cookie) => {
                let cmd = AuthenticateSessionCommand {
                    cookie: &cookie,
                    tenant,
                    client,
                };
                self.0.auth.authenticate_session(cmd).await?.into()
            }
        })
    }

    /// Refuses everybody whose credentials do not name the administrators' role.
    pub(crate) fn expect_admin_role(&self, user: &CurrentUser) -> Result<(), Error> {
        self.0.auth.expect_admin_role(user)
    }

    /// What a request offers to prove who sends it. A bearer token is judged alone: no browser sends one
    /// by itself. A cookie is ambient, so in an unsafe request it counts only with the proof that a page
    /// of ours sent it; this is the one place where a cookie is believed.
    fn proof<'a>(&self, parts: &'a Parts) -> Result<Proof<'a>, Error> {
        let Some(cookies) = self.cookies_for(&parts.headers) else {
            return Ok(Proof::Token(bearer(&parts.headers)?));
        };
        let cookie = cookies.read(&parts.headers)?;
        if !is_safe(&parts.method) {
            self.expect_own_origin(parts)?;
            self.expect_csrf_token(parts, cookies, &cookie)?;
        }
        Ok(Proof::Cookie(cookie))
    }

    /// Refuses an unsafe request that a page of another site may have caused.
    pub(crate) fn expect_own_page(&self, parts: &Parts) -> Result<(), Error> {
        if is_safe(&parts.method) || mentions_bearer(&parts.headers) {
            return Ok(());
        }
        self.expect_own_origin(parts)?;
        match self.cookies_for(&parts.headers) {
            Some(cookies) => self.expect_csrf_token(parts, cookies, &cookies.read(&parts.headers)?),
            None => Ok(()),
        }
    }

    fn expect_own_origin(&self, parts: &Parts) -> Result<(), Error> {
        if self.0.is_own_page(parts) {
            Ok(())
        } else {
            Err(Code::CrossSite.into())
        }
    }

    fn expect_csrf_token(
        &self,
        parts: &Parts,
        cookies: &SessionCookies,
        cookie: &Secret<SessionCookie>,
    ) -> Result<(), Error> {
        let token = csrf_header(&parts.headers)?;
        let doubles = cookies.csrf_cookies(&parts.headers);
        self.0.auth.check_csrf_token(cookie, token, doubles)
    }

    /// The cookies to look at, if the request has one and no bearer token.
    fn cookies_for(&self, headers: &HeaderMap) -> Option<&SessionCookies> {
        let cookies = self.0.sessions.as_ref()?;
        (cookies.is_in(headers) && !mentions_bearer(headers)).then_some(cookies)
    }

    /// An error of an extractor as an answer. A cookie that will never work again goes with it.
    pub(crate) fn refuse(&self, error: Error, parts: &Parts) -> Problem {
        let dead = matches!(error.code(), Code::SessionInvalid | Code::SessionEnded);
        let request = request_id(&parts.extensions, &self.0);
        let problem = Problem::at(error, parts, request, self.0.auth.now());
        match &self.0.sessions {
            Some(cookies) if dead => problem.with_cookies(cookies.clear()),
            _ => problem,
        }
    }
}

enum Proof<'a> {
    Token(&'a str),
    Cookie(Secret<SessionCookie>),
}

/// Whether any line names the scheme. A proxy's `Basic` in front of an application is not for us.
fn mentions_bearer(headers: &HeaderMap) -> bool {
    headers.get_all(AUTHORIZATION).iter().any(|line| {
        let scheme = line.as_bytes().split(|byte| *byte == b' ').next();
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
    })
}

/// RFC 6750 section 2.1: the scheme in any case, one token, one header.
fn bearer(headers: &HeaderMap) -> Result<&str, Code> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let line = lines.next().ok_or(Code::TokenMissing)?;
    if lines.next().is_some() {
        return Err(Code::TokenInvalid);
    }
    let text = line.to_str().map_err(|_| Code::TokenInvalid)?;
    let (scheme, token) = text.split_once(' ').ok_or(Code::TokenInvalid)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token.trim())
    } else {
        Err(Code::TokenInvalid)
    }
}
