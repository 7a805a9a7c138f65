use axum::Json;
use axum::extract::State;
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::Error;
use horizon_auth_core::flows::{RequestVerificationCommand, VerifyEmailCommand};
use serde_json::{Value, json};

use super::{new_password, one_time_token};
use crate::extract::{Caller, CurrentTenant, Fields, JsonBody, LinkTenant};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/verify-email`: 200; the address is proved, and sessions that began before are over.
pub(crate) async fn verify_email(
    State(http): State<Http>,
    LinkTenant(tenant): LinkTenant,
    Caller(client): Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, Problem> {
    http.auth.verify_email(command(tenant, client, body)?).await?;
    Ok(Json(json!({ "message": "Your e-mail address is verified" })))
}

/// The body of a verification.
pub(super) fn command(
    tenant: Option<TenantId>,
    client: Client,
    mut body: Fields,
) -> Result<VerifyEmailCommand, Error> {
    let token = body.required("token", |text| Ok(one_time_token(text)));
    let password = body.optional("password", Password::offered);
    let replacement = body.optional("newPassword", new_password);
    let parsed = token.zip(password).zip(replacement);
    let ((token, password), replacement) = body.finish(parsed)?;
    Ok(VerifyEmailCommand {
        tenant,
        token: token?,
        password,
        new_password: replacement,
        client,
    })
}

/// `POST /auth/verify-email/resend`: 200 with one answer for every address.
pub(crate) async fn resend(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Json<Value>, Problem> {
    let email = body.required("email", Email::parse);
    let email = body.finish(email)?;
    http.auth
        .request_verification(RequestVerificationCommand {
            tenant,
            email,
            client,
        })
        .await?;
    let message = "If an account with this address is waiting to be verified, a mail is on its way";
    Ok(Json(json!({ "message": message })))
}
