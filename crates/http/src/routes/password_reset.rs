use axum::Json;
use axum::extract::State;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::flows::{RequestPasswordResetCommand, ResetPasswordCommand};
use serde_json::{Value, json};

use super::{new_password, one_time_token};
use crate::extract::{Caller, CurrentTenant, JsonBody, LinkTenant};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/password-reset/request`: 200 with one answer for every address.
pub(crate) async fn request(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Json<Value>, Problem> {
    let email = body.required("email", Email::parse);
    let email = body.finish(email)?;
    http.auth
        .request_password_reset(RequestPasswordResetCommand {
            tenant,
            email,
            client,
        })
        .await?;
    let message = "If there is an account with this address, a mail is on its way";
    Ok(Json(json!({ "message": message })))
}

/// `POST /auth/password-reset/complete`: 200; the password is replaced, and every session is over.
pub(crate) async fn complete(
    State(http): State<Http>,
    LinkTenant(tenant): LinkTenant,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Json<Value>, Problem> {
    let token = body.required("token", |text| Ok(one_time_token(text)));
    let replacement = body.required("newPassword", new_password);
    let (token, replacement) = body.finish(token.zip(replacement))?;
    http.auth
        .reset_password(ResetPasswordCommand {
            tenant,
            token: token?,
            new_password: replacement,
            client,
        })
        .await?;
    let message = "Your password has been replaced; log in with the new one";
    Ok(Json(json!({ "message": message })))
}
