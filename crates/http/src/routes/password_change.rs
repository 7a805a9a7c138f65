use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use horizon_auth_core::flows::ChangePasswordCommand;

use super::{current_password, new_password};
use crate::body::pair;
use crate::extract::{Caller, CurrentUser, JsonBody};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/password/change`: 200 with a fresh pair; every other session is over.
pub(crate) async fn change(
    State(http): State<Http>,
    user: CurrentUser,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let current = current_password(&mut body);
    let replacement = body.required("newPassword", new_password);
    let (current_password, new_password) = body.finish(current.zip(replacement))?;
    let logged_in = http
        .auth
        .change_password(ChangePasswordCommand {
            caller: &user,
            current_password,
            new_password,
            client,
        })
        .await?;
    Ok(pair(StatusCode::OK, &http, &logged_in))
}
