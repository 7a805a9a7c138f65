//! An id in a path.

use std::str::FromStr;

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use horizon_auth_core::error::{Code, Error};

use crate::gate::Gate;
use crate::problem::Problem;

/// The only parameter of a path. What cannot be an id is like an id that nobody has.
pub(crate) struct PathId<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for PathId<T>
where
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let id = params.and_then(|params| params.iter().next()?.1.parse().ok());
        id.map(Self).ok_or_else(|| {
            let gate = Gate::from_ref(state);
            gate.refuse(Error::Refused(Code::NotFound), parts)
        })
    }
}
