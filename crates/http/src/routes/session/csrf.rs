use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::response::IntoResponse;
use serde_json::json;

use crate::extract::CurrentUser;
use crate::problem::Problem;
use crate::state::Http;

/// `GET /auth/csrf`: 200 with the token that unsafe requests of this session need, also in its cookie. Whoever
/// came with a bearer token has no session cookie and needs none: 401.
pub(crate) async fn csrf(
    State(http): State<Http>,
    _user: CurrentUser,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let cookies = http.session_cookies()?;
    let cookie = cookies.read(&headers)?;
    let token = http
        .auth
        .issue_csrf_token(&cookie, cookies.csrf_cookies(&headers).next())?;
    let mut response = Json(json!({ "csrfToken": token.reveal() })).into_response();
    // It is worthless without the session, so it may outlive it.
    let life = http.auth.policy().session_absolute_ttl;
    cookies.issue_csrf_in(&mut response, &token, life);
    Ok(response)
}
