//! Proof of identity: the credentials of a request, verified.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use horizon_auth_core::domain::claims::VerifiedToken;
use horizon_auth_core::domain::identity::Identity;
use horizon_auth_core::domain::live_session::LiveSession;
use horizon_auth_core::error::Code;

use crate::gate::Gate;
use crate::problem::Problem;

/// The caller of a protected route, by bearer token or, where sessions are switched on, by session cookie.
/// A cookie is believed in an unsafe request only with the token against cross-site requests. A handler that takes it answers 401
/// without valid credentials, and 503 when revocation cannot be checked.
/// A handler that takes `Option<CurrentUser>` gets `None` only if no credentials
/// were sent; bad ones are refused all the same.
///
/// Use it in any axum application whose state gives a [`Gate`] by `FromRef`.
#[derive(Clone, Debug)]
pub struct CurrentUser(Proof);

#[derive(Clone, Debug)]
enum Proof {
    Token(Arc<VerifiedToken>),
    Session(Arc<LiveSession>),
}

impl Deref for CurrentUser {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        match &self.0 {
            Proof::Token(token) => token,
            Proof::Session(session) => session,
        }
    }
}

impl From<Arc<VerifiedToken>> for CurrentUser {
    fn from(token: Arc<VerifiedToken>) -> Self {
        Self(Proof::Token(token))
    }
}

impl From<Arc<LiveSession>> for CurrentUser {
    fn from(session: Arc<LiveSession>) -> Self {
        Self(Proof::Session(session))
    }
}

impl CurrentUser {
    /// The access token that proved it; none if a session cookie did.
    #[must_use]
    pub fn token(&self) -> Option<&VerifiedToken> {
        match &self.0 {
            Proof::Token(token) => Some(token),
            Proof::Session(_) => None,
        }
    }

    /// Whether a session cookie proved it, so that an answer renews or clears that cookie.
    pub(crate) const fn came_by_cookie(&self) -> bool {
        matches!(self.0, Proof::Session(_))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser
where
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // Several extractors and layers of one request verify once.
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let gate = Gate::from_ref(state);
        match gate.authenticate(parts).await {
            Ok(user) => {
                parts.extensions.insert(user.clone());
                Ok(user)
            }
            Err(error) => Err(gate.refuse(error, parts)),
        }
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for CurrentUser
where
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Problem> {
        match <Self as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(user) => Ok(Some(user)),
            Err(problem) if problem.code() == Code::TokenMissing => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}
