//! The tenant of a request (decision D12).

use std::ops::Deref;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use horizon_auth_core::domain::tenant::TenantId;

use crate::gate::Gate;
use crate::problem::Problem;

/// The tenant of a request, by the configured extractor; never by what a body or a token says.
///
/// It exists and is enabled: a handler that takes it answers 400 to a name that cannot be one, 404 where there is no
/// such tenant, and 403 where it is disabled.
#[derive(Clone, Debug)]
pub struct CurrentTenant(pub(crate) TenantId);

impl Deref for CurrentTenant {
    type Target = TenantId;

    fn deref(&self) -> &TenantId {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentTenant
where
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let gate = Gate::from_ref(state);
        match gate.tenant(parts).await {
            Ok(tenant) => {
                parts.extensions.insert(Self(tenant.clone()));
                Ok(Self(tenant))
            }
            Err(error) => Err(gate.refuse(error, parts)),
        }
    }
}
