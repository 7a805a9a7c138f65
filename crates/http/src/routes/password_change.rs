use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use horizon_auth_core::flows::ChangePasswordCommand;

use super::{current_password, new_password};
use crate::body::{opened, pair};
use crate::extract::{Caller, CurrentUser, JsonBody};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/password/change`: 200 with a fresh pair, or a fresh cookie for whoever came with one; every other
/// session is over.
pub(crate) async fn change(
    State(http): State<Http>,
    user: CurrentUser,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let current = current_password(&mut body);
    let replacement = body.required("newPassword", new_password);
    let (current_password, new_password) = body.finish(current.zip(replacement))?;
    let cmd = ChangePasswordCommand {
        caller: &user,
        current_password,
        new_password,
        client,
    };
    if user.came_by_cookie() {
        let session = http.auth.change_password_with_cookie(cmd).await?;
        return Ok(opened(StatusCode::OK, &http, &session)?);
    }
    let logged_in = http.auth.change_password(cmd).await?;
    Ok(pair(StatusCode::OK, &http, &logged_in))
}
