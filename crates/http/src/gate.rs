//! Who decides whether a request is believed. Extractors and layers ask it, wherever they stand.

use axum::body::Body;
use axum::extract::FromRef;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response};
use axum::response::IntoResponse as _;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::token::{Secret, SessionCookie};
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{AuthenticateCommand, AuthenticateSessionCommand};

use crate::config::HttpConfig;
use crate::extract::{Caller, CurrentUser, is_from_proxy, request_id};
use crate::layers::{add_context_headers, add_default_headers, is_safe};
use crate::problem::Problem;
use crate::remote_gate::RemoteGate;
use crate::session_cookies::{SessionCookies, csrf_header};
use crate::state::Http;
use crate::tenants::Named;

/// What extractors need of an application's state. Cheap to clone.
///
/// An application that uses [`CurrentUser`] in its own routes has it in its state, and implements
/// `FromRef` of the state for it (or derives that).
#[derive(Clone, Debug)]
pub struct Gate(Keeper);

/// Where credentials are verified.
#[derive(Clone, Debug)]
enum Keeper {
    Engine(EngineGate),
    Remote(RemoteGate),
}

impl From<Http> for Gate {
    fn from(http: Http) -> Self {
        Self(Keeper::Engine(EngineGate(http)))
    }
}

impl From<RemoteGate> for Gate {
    fn from(gate: RemoteGate) -> Self {
        Self(Keeper::Remote(gate))
    }
}

impl FromRef<Http> for Gate {
    fn from_ref(http: &Http) -> Self {
        Self::from(http.clone())
    }
}

impl Gate {
    /// The tenant of a request, which exists and is enabled as far as this program can know.
    pub(crate) async fn tenant(&self, parts: &Parts) -> Result<TenantId, Error> {
        match &self.0 {
            Keeper::Engine(gate) => gate.tenant(parts).await,
            Keeper::Remote(gate) => Ok(gate.tenant(parts)?),
        }
    }

    /// Whether a request could name a tenant and does not.
    pub(crate) fn names_no_tenant(&self, parts: &Parts) -> Result<bool, Error> {
        match &self.0 {
            Keeper::Engine(gate) => gate.names_no_tenant(parts),
            Keeper::Remote(_) => Ok(false),
        }
    }

    /// Refuses an unsafe request that a page of another site may have caused, as the layer [`Gate::csrf`] does: for
    /// front ends that are no axum.
    ///
    /// # Errors
    /// `cross_site`; `csrf_invalid` if there is a session cookie without its token.
    pub fn expect_own_page(&self, parts: &Parts) -> Result<(), Error> {
        match &self.0 {
            Keeper::Engine(gate) => gate.expect_own_page(parts),
            Keeper::Remote(gate) => gate.expect_own_page(parts),
        }
    }

    /// Who sends a request, if its credentials are believed.
    pub(crate) async fn authenticate(&self, parts: &Parts) -> Result<CurrentUser, Error> {
        match &self.0 {
            Keeper::Engine(gate) => gate.authenticate(parts).await,
            Keeper::Remote(gate) => gate.authenticate(parts).await,
        }
    }

    /// Refuses everybody whose credentials do not name the administrators' role.
    pub(crate) fn expect_admin_role(&self, user: &CurrentUser) -> Result<(), Error> {
        match &self.0 {
            Keeper::Engine(gate) => gate.expect_admin_role(user),
            Keeper::Remote(gate) => gate.expect_admin_role(user),
        }
    }

    /// A refusal with all headers that the answers of [`router`](crate::router()) carry: for a front end that
    /// refuses a request to it before it is seen there.
    #[must_use]
    pub fn answer(&self, error: Error, parts: &Parts) -> Response<Body> {
        let problem = self.refuse(error, parts);
        let id = problem.request();
        let mut response = problem.into_response();
        let headers = response.headers_mut();
        add_default_headers(headers);
        if let Some(id) = id {
            add_context_headers(headers, id, self.config());
        }
        response
    }

    fn config(&self) -> &HttpConfig {
        match &self.0 {
            Keeper::Engine(gate) => &gate.0.config,
            Keeper::Remote(gate) => gate.config(),
        }
    }

    /// An error as the answer to a request, with path, time and id: for what an application refuses by itself.
    #[must_use]
    pub fn refuse(&self, error: Error, parts: &Parts) -> Problem {
        match &self.0 {
            Keeper::Engine(gate) => gate.refuse(error, parts),
            Keeper::Remote(gate) => gate.refuse(error, parts),
        }
    }
}

/// The gate of whoever has the engine within itself.
#[derive(Clone, Debug)]
struct EngineGate(Http);

impl EngineGate {
    async fn tenant(&self, parts: &Parts) -> Result<TenantId, Error> {
        let tenant = self.0.named_tenant(parts)?;
        let caller = Caller::of(parts, &self.0);
        self.0.auth.admit_tenant(&tenant, &caller.0).await?;
        Ok(tenant)
    }

    fn names_no_tenant(&self, parts: &Parts) -> Result<bool, Error> {
        let named = self
            .0
            .tenants
            .named(parts, is_from_proxy(parts, &self.0.config))?;
        Ok(named == Named::Nothing)
    }

    fn expect_own_page(&self, parts: &Parts) -> Result<(), Error> {
        let http = &self.0;
        expect_own_page(
            parts,
            http.sessions.as_ref(),
            || http.is_trusted_page(parts),
            |cookie, token, doubles| http.auth.check_csrf_token(cookie, token, doubles.into_iter()),
        )
    }

    async fn authenticate(&self, parts: &Parts) -> Result<CurrentUser, Error> {
        let http = &self.0;
        let proof = proof(
            parts,
            http.sessions.as_ref(),
            || http.is_trusted_page(parts),
            |cookie, token, doubles| http.auth.check_csrf_token(cookie, token, doubles.into_iter()),
        )?;
        // Compared with what the credentials say, so nobody has to look whether there is such a tenant.
        let tenant = http.named_tenant(parts)?;
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

/// What a request offers.
pub(crate) enum Proof<'a> {
    Token(&'a str),
    Cookie(Secret<SessionCookie>),
}

/// What a request offers to prove who sends it. A bearer token is judged alone: no browser sends one
/// by itself. A cookie is ambient, so in an unsafe request it counts only with the proof that a page
/// of ours sent it; this is the one place where a cookie is believed.
pub(crate) fn proof<'a>(
    parts: &'a Parts,
    sessions: Option<&SessionCookies>,
    is_trusted_page: impl FnOnce() -> bool,
    check_csrf_token: impl FnOnce(&Secret<SessionCookie>, &str, Vec<&str>) -> Result<(), Error>,
) -> Result<Proof<'a>, Error> {
    let headers = &parts.headers;
    // Only if the request has a cookie and no bearer token.
    let Some(cookies) = sessions.filter(|cookies| cookies.is_in(headers) && !mentions_bearer(headers)) else {
        return Ok(Proof::Token(bearer(headers)?));
    };
    let cookie = cookies.read(headers)?;
    expect_own_page(parts, sessions, is_trusted_page, check_csrf_token)?;
    Ok(Proof::Cookie(cookie))
}

/// Refuses an unsafe request that a page of another site may have caused: by what the browser says about that
/// page, and if there is a session cookie, by the token that only our pages know.
pub(crate) fn expect_own_page(
    parts: &Parts,
    sessions: Option<&SessionCookies>,
    is_trusted_page: impl FnOnce() -> bool,
    check_csrf_token: impl FnOnce(&Secret<SessionCookie>, &str, Vec<&str>) -> Result<(), Error>,
) -> Result<(), Error> {
    let headers = &parts.headers;
    if is_safe(&parts.method) || mentions_bearer(headers) {
        return Ok(());
    }
    if !is_trusted_page() {
        return Err(Code::CrossSite.into());
    }
    let Some(cookies) = sessions.filter(|cookies| cookies.is_in(headers)) else {
        return Ok(());
    };
    let token = csrf_header(headers)?;
    check_csrf_token(
        &cookies.read(headers)?,
        token,
        cookies.csrf_cookies(headers).collect(),
    )
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
