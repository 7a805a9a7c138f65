use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::violation::Violation;
use horizon_auth_core::flows::{RegisterCommand, Registered};
use serde_json::json;

use crate::body::{SafeUser, pair};
use crate::extract::{Caller, JsonBody};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/register`: 201 with a pair, or 202 when the address must be proved first.
pub(crate) async fn register(
    State(http): State<Http>,
    Caller(client): Caller,
    headers: HeaderMap,
    JsonBody(mut body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let email = body.required("email", Email::parse);
    let password = body.required("password", Password::new);
    let full_name = body.optional("fullName", full_name_rule);
    let parsed = email.zip(password).zip(full_name);
    let ((email, password), full_name) = body.finish(parsed)?;
    let tenant = http.auth.policy().default_tenant.clone();
    let full_name = full_name.flatten();
    let locale = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(Locale::preferred);
    let cmd = RegisterCommand {
        tenant,
        email,
        password,
        full_name,
        locale,
        client,
    };
    Ok(match http.auth.register(cmd).await? {
        Registered::LoggedIn(logged_in) => pair(StatusCode::CREATED, &http, &logged_in),
        Registered::VerificationRequired(user) => {
            let body = json!({ "user": SafeUser::from(&*user), "requiresVerification": true });
            (StatusCode::ACCEPTED, Json(body)).into_response()
        }
    })
}

/// A name is shown to people: at most 200 characters, none of them a control character.
fn full_name_rule(text: &str) -> Result<Option<String>, Violation> {
    let text = text.trim();
    if text.chars().count() > 200 {
        return Err(Violation::new("fullName", "must be at most 200 characters"));
    }
    if text.chars().any(char::is_control) {
        return Err(Violation::new("fullName", "must not contain control characters"));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
