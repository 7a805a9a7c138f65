use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use horizon_auth_core::flows::Registered;
use serde_json::json;

use super::end_former;
use crate::body::opened;
use crate::extract::{Caller, CurrentTenant, JsonBody};
use crate::problem::Problem;
use crate::routes::register::command;
use crate::state::Http;

/// `POST /auth/register`: 201 with a session cookie, or 202 without one when the address must be proved first.
pub(crate) async fn register(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let cmd = command(tenant.clone(), client.clone(), &headers, body)?;
    match http.auth.register_with_cookie(cmd).await? {
        Registered::LoggedIn(session) => {
            end_former(&http, &headers, tenant, client).await;
            Ok(opened(StatusCode::CREATED, &http, &session)?)
        }
        Registered::VerificationRequired(pending) => {
            let body = json!({
                "id": pending.user.id.to_string(),
                "email": pending.user.email.canonical(),
                "requiresVerification": true,
                "verificationSent": pending.verification_sent,
            });
            Ok((StatusCode::ACCEPTED, Json(body)).into_response())
        }
    }
}
