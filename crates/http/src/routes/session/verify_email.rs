use axum::extract::State;
use axum::http::StatusCode;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::flows::RequestVerificationCommand;

use crate::extract::{Caller, CurrentTenant, CurrentUser, JsonBody, LinkTenant, OptionalJsonBody};
use crate::problem::Problem;
use crate::routes::verify_email::command;
use crate::state::Http;

/// `POST /auth/verify`: 204; the address is proved, and sessions that began before are over.
pub(crate) async fn verify(
    State(http): State<Http>,
    LinkTenant(tenant): LinkTenant,
    Caller(client): Caller,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    http.auth.verify_email(command(tenant, client, body)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /auth/request-verify`: 204 for every address. Whoever is logged in sends no body, everybody else
/// `{email}`: without a verified address there may be no session yet.
pub(crate) async fn request(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    user: Option<CurrentUser>,
    OptionalJsonBody(mut body): OptionalJsonBody,
) -> Result<StatusCode, Problem> {
    let email = if let Some(user) = user {
        http.auth.profile(&user).await?.email
    } else {
        let email = body.required("email", Email::parse);
        body.finish(email)?
    };
    http.auth
        .request_verification(RequestVerificationCommand {
            tenant,
            email,
            client,
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
