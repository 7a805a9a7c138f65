//! The tenant of a request with the token of a mail's link.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use axum::extract::FromRef;
use horizon_auth_core::domain::tenant::TenantId;

use super::CurrentTenant;
use crate::gate::Gate;
use crate::problem::Problem;

/// The tenant that a request names, which exists then and is enabled; `None` if it names none. A page that a link
/// opens sends no header, and a link knows its tenant itself.
pub(crate) struct LinkTenant(pub(crate) Option<TenantId>);

impl<S: Send + Sync> FromRequestParts<S> for LinkTenant
where
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let gate = Gate::from_ref(state);
        match gate.names_no_tenant(parts) {
            Ok(true) => Ok(Self(None)),
            Ok(false) => {
                let tenant = CurrentTenant::from_request_parts(parts, state).await?;
                Ok(Self(Some(tenant.0)))
            }
            Err(error) => Err(gate.refuse(error, parts)),
        }
    }
}
