use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use horizon_auth_core::flows::{LogoutCommand, LogoutScope};

use crate::extract::{Caller, CurrentUser, OptionalJsonBody};
use crate::problem::Problem;
use crate::routes::clear_cookies;
use crate::state::Http;

/// `POST /auth/logout`: 204; the session that asks is over, and no other (decision D25).
pub(crate) async fn logout(
    State(http): State<Http>,
    user: CurrentUser,
    Caller(client): Caller,
    _body: OptionalJsonBody,
) -> Result<Response<Body>, Problem> {
    http.auth
        .logout(LogoutCommand {
            caller: &user,
            scope: LogoutScope::Session,
            client,
        })
        .await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    clear_cookies(&http, &user, &mut response);
    Ok(response)
}
