use axum::extract::State;
use axum::http::StatusCode;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::flows::{RequestPasswordResetCommand, ResetPasswordCommand};

use crate::extract::{Caller, CurrentTenant, JsonBody, LinkTenant};
use crate::problem::Problem;
use crate::routes::one_time_token;
use crate::state::Http;

/// `POST /auth/request-reset`: 204 for every address.
pub(crate) async fn request(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<StatusCode, Problem> {
    let email = body.required("email", Email::parse);
    let email = body.finish(email)?;
    http.auth
        .request_password_reset(RequestPasswordResetCommand {
            tenant,
            email,
            client,
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /auth/reset-password`: 204; the password is replaced, and every session is over.
pub(crate) async fn complete(
    State(http): State<Http>,
    LinkTenant(tenant): LinkTenant,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<StatusCode, Problem> {
    let token = body.required("token", |text| Ok(one_time_token(text)));
    let password = body.required("password", Password::new);
    let (token, new_password) = body.finish(token.zip(password))?;
    http.auth
        .reset_password(ResetPasswordCommand {
            tenant,
            token: token?,
            new_password,
            client,
        })
        .await
        .map_err(|error| error.about("newPassword", "password"))?;
    Ok(StatusCode::NO_CONTENT)
}
