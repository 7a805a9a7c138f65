//! Who decides whether a request is believed. Extractors and layers ask it, wherever they stand.

use axum::extract::FromRef;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::AuthenticateCommand;

use crate::extract::{Caller, CurrentTenant, CurrentUser, request_id};
use crate::problem::Problem;
use crate::state::Http;

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
    /// The tenant of a request.
    #[expect(clippy::unused_async, reason = "a tenant of its own is looked up")]
    pub(crate) async fn tenant(&self, _parts: &Parts) -> Result<TenantId, Error> {
        Ok(self.0.auth.policy().default_tenant.clone())
    }

    /// Who sends a request, if its credentials are believed.
    pub(crate) async fn authenticate(&self, parts: &Parts) -> Result<CurrentUser, Error> {
        let token = bearer(&parts.headers)?;
        let tenant = match parts.extensions.get::<CurrentTenant>() {
            Some(known) => known.0.clone(),
            None => self.tenant(parts).await?,
        };
        let caller = Caller::of(parts, &self.0);
        let cmd = AuthenticateCommand {
            token,
            tenant: &tenant,
            client: &caller.0,
        };
        Ok(self.0.auth.authenticate(cmd).await?.into())
    }

    /// An error of an extractor as an answer.
    pub(crate) fn refuse(&self, error: Error, parts: &Parts) -> Problem {
        let request = request_id(&parts.extensions, &self.0);
        Problem::at(error, parts, request, self.0.auth.now())
    }
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
