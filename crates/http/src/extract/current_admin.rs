//! Somebody whose token names the administrators' role. Flows look again, in the database.

use std::ops::Deref;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use super::CurrentUser;
use crate::gate::Gate;
use crate::problem::Problem;

/// The caller of a route for administrators: nobody else learns there what a body or an id is worth.
pub(crate) struct CurrentAdmin(CurrentUser);

impl Deref for CurrentAdmin {
    type Target = CurrentUser;

    fn deref(&self) -> &CurrentUser {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentAdmin
where
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let user = <CurrentUser as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        let gate = Gate::from_ref(state);
        match gate.expect_admin_role(&user) {
            Ok(()) => Ok(Self(user)),
            Err(error) => Err(gate.refuse(error, parts)),
        }
    }
}
