//! Proof of identity: the bearer token of a request, verified.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use horizon_auth_core::domain::claims::AccessClaims;
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::AuthenticateCommand;

use super::caller::{Caller, request_id};
use crate::problem::Problem;
use crate::state::Http;

/// The caller of a protected route. A handler that takes it answers 401
/// without a valid access token, and 503 when revocation cannot be checked.
///
/// Use it in any axum application whose state gives an [`Http`] by `FromRef`.
#[derive(Clone, Debug)]
pub struct CurrentUser(Arc<AccessClaims>);

impl Deref for CurrentUser {
    type Target = AccessClaims;

    fn deref(&self) -> &AccessClaims {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser
where
    Http: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // Several extractors and layers of one request verify once.
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let http = Http::from_ref(state);
        match authenticate(parts, &http).await {
            Ok(claims) => {
                let user = Self(claims);
                parts.extensions.insert(user.clone());
                Ok(user)
            }
            Err(error) => {
                let request = request_id(&parts.extensions, &http);
                Err(Problem::at(error, parts, request, http.auth.now()))
            }
        }
    }
}

async fn authenticate(parts: &Parts, http: &Http) -> Result<Arc<AccessClaims>, Error> {
    let token = bearer(&parts.headers)?;
    let tenant = &http.auth.policy().default_tenant;
    let caller = Caller::of(parts, http);
    http.auth
        .authenticate(AuthenticateCommand {
            token,
            tenant,
            client: &caller.0,
        })
        .await
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
