use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::user::User;
use horizon_auth_core::error::Error;
use horizon_auth_core::flows::{RegisterCommand, Registered};
use serde_json::json;

use crate::body::{SafeUser, pair};
use crate::extract::{Caller, CurrentTenant, Fields, JsonBody};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/register`: 201 with a pair, or 202 when the address must be proved first.
pub(crate) async fn register(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let cmd = command(tenant, client, &headers, body)?;
    Ok(match http.auth.register(cmd).await? {
        Registered::LoggedIn(logged_in) => pair(StatusCode::CREATED, &http, &logged_in),
        Registered::VerificationRequired(pending) => {
            let body = json!({ "user": SafeUser::from(&pending.user), "requiresVerification": true });
            (StatusCode::ACCEPTED, Json(body)).into_response()
        }
    })
}

/// The body of a registration.
pub(super) fn command(
    tenant: TenantId,
    client: Client,
    headers: &HeaderMap,
    mut body: Fields,
) -> Result<RegisterCommand, Error> {
    let email = body.required("email", Email::parse);
    let password = body.required("password", Password::new);
    let full_name = body.optional("fullName", User::parse_full_name);
    let parsed = email.zip(password).zip(full_name);
    let ((email, password), full_name) = body.finish(parsed)?;
    let full_name = full_name.flatten();
    let locale = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(Locale::preferred);
    Ok(RegisterCommand {
        tenant,
        email,
        password,
        full_name,
        locale,
        client,
    })
}
