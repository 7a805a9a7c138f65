use axum::Json;
use axum::extract::State;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::flows::{ConfirmEmailChangeCommand, RequestEmailChangeCommand};
use serde_json::{Value, json};

use super::{current_password, one_time_token};
use crate::extract::{Caller, CurrentUser, JsonBody, LinkTenant};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/email/change`: 200; a link is on its way to the new address.
pub(crate) async fn request(
    State(http): State<Http>,
    user: CurrentUser,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Json<Value>, Problem> {
    let current = current_password(&mut body);
    let email = body.required("newEmail", |text| {
        Email::parse(text).map_err(|violation| violation.of("newEmail"))
    });
    let (current_password, new_email) = body.finish(current.zip(email))?;
    http.auth
        .request_email_change(RequestEmailChangeCommand {
            caller: &user,
            current_password,
            new_email,
            client,
        })
        .await?;
    let message = "Follow the link in the mail to the new address to confirm it";
    Ok(Json(json!({ "message": message })))
}

/// `POST /auth/email/change/confirm`: 200; the account has the new address, and every session is over.
pub(crate) async fn confirm(
    State(http): State<Http>,
    LinkTenant(tenant): LinkTenant,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Json<Value>, Problem> {
    let token = body.required("token", |text| Ok(one_time_token(text)));
    let token = body.finish(token)?;
    http.auth
        .confirm_email_change(ConfirmEmailChangeCommand {
            tenant,
            token: token?,
            client,
        })
        .await?;
    let message = "Your e-mail address has been changed; log in with the new one";
    Ok(Json(json!({ "message": message })))
}
