use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use horizon_auth_core::flows::{DeactivateCommand, DeleteAccountCommand};
use serde_json::json;

use super::login::credentials;
use super::{clear_cookies, current_password};
use crate::body::{AccountCopy, pair};
use crate::extract::{Caller, CurrentTenant, CurrentUser, JsonBody};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/account/deactivate`: 200; the account is off until its owner reactivates it.
pub(crate) async fn deactivate(
    State(http): State<Http>,
    user: CurrentUser,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let current_password = current_password(&mut body);
    let current_password = body.finish(current_password)?;
    http.auth
        .deactivate(DeactivateCommand {
            caller: &user,
            current_password,
            client,
        })
        .await?;
    let mut response = Json(json!({ "message": "Your account is deactivated" })).into_response();
    clear_cookies(&http, &user, &mut response);
    Ok(response)
}

/// `POST /auth/account/reactivate`: 200 with a pair, as a log-in.
pub(crate) async fn reactivate(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    JsonBody(body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let logged_in = http.auth.reactivate(credentials(tenant, client, body)?).await?;
    Ok(pair(StatusCode::OK, &http, &logged_in))
}

/// `DELETE /auth/account`: 204; the account and everything of it is gone.
pub(crate) async fn delete(
    State(http): State<Http>,
    user: CurrentUser,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let current_password = current_password(&mut body);
    let current_password = body.finish(current_password)?;
    http.auth
        .delete_account(DeleteAccountCommand {
            caller: &user,
            current_password,
            client,
        })
        .await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    clear_cookies(&http, &user, &mut response);
    Ok(response)
}

/// `GET /auth/account/export`: 200 with everything stored about the caller but secrets.
pub(crate) async fn export(
    State(http): State<Http>,
    user: CurrentUser,
    Caller(client): Caller,
) -> Result<Response<Body>, Problem> {
    let data = http.auth.export_data(&user, &client).await?;
    let mut response = Json(AccountCopy::from(&data)).into_response();
    let name = HeaderValue::from_static("attachment; filename=\"account.json\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(response)
}
