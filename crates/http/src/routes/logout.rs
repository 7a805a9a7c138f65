use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use axum::response::IntoResponse;
use horizon_auth_core::domain::violation::Violation;
use horizon_auth_core::flows::{LogoutCommand, LogoutScope};
use serde_json::json;

use super::clear_cookies;
use crate::extract::{Caller, CurrentUser, OptionalJsonBody};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/logout`: 200; all sessions of the user are over, or with
/// `{"scope":"session"}` the one of the token.
pub(crate) async fn logout(
    State(http): State<Http>,
    user: CurrentUser,
    Caller(client): Caller,
    OptionalJsonBody(mut body): OptionalJsonBody,
) -> Result<Response<Body>, Problem> {
    let scope = body.optional("scope", scope_rule);
    let scope = body.finish(scope)?.unwrap_or(LogoutScope::All);
    http.auth
        .logout(LogoutCommand {
            caller: &user,
            scope,
            client,
        })
        .await?;
    let mut response = Json(json!({ "message": "Logged out" })).into_response();
    clear_cookies(&http, &user, &mut response);
    Ok(response)
}

fn scope_rule(text: &str) -> Result<LogoutScope, Violation> {
    match text {
        "all" => Ok(LogoutScope::All),
        "session" => Ok(LogoutScope::Session),
        _ => Err(Violation::new("scope", r#"must be "all" or "session""#)),
    }
}
