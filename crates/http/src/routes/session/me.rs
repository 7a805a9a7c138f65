use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use axum::response::IntoResponse;

use crate::body::SafeUser;
use crate::extract::CurrentUser;
use crate::problem::Problem;
use crate::state::Http;

/// `GET /auth/me`: 200 with the caller's own account.
pub(crate) async fn me(State(http): State<Http>, caller: CurrentUser) -> Result<Response<Body>, Problem> {
    let user = http.auth.profile(&caller).await?;
    Ok(Json(SafeUser::from(&user)).into_response())
}
