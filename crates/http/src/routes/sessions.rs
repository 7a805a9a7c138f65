//! Where somebody is logged in, under the paths of either profile.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use horizon_auth_core::domain::device::Device;
use horizon_auth_core::domain::ids::SessionId;
use horizon_auth_core::domain::session::{EndReason, ListedSession};
use horizon_auth_core::flows::EndOneSessionCommand;
use serde::Serialize;
use serde_json::json;

use super::clear_cookies;
use crate::extract::{Caller, CurrentUser, OptionalJsonBody, PathId};
use crate::problem::Problem;
use crate::state::Http;

/// `GET /auth/sessions`: 200 with the caller's live sessions, newest first.
pub(crate) async fn list(State(http): State<Http>, user: CurrentUser) -> Result<Response<Body>, Problem> {
    let sessions = http.auth.list_sessions(&user.tenant, user.id).await?;
    let bodies = bodies(&sessions, user.session);
    Ok(Json(json!({ "sessions": bodies })).into_response())
}

/// `GET /sessions`: 200 with the same as a bare array.
pub(crate) async fn list_bare(
    State(http): State<Http>,
    user: CurrentUser,
) -> Result<Response<Body>, Problem> {
    let sessions = http.auth.list_sessions(&user.tenant, user.id).await?;
    Ok(Json(bodies(&sessions, user.session)).into_response())
}

/// `DELETE /auth/sessions/{id}`, `POST /sessions/{id}/revoke`: 204; the session is over. Anybody else's is 404.
pub(crate) async fn end(
    State(http): State<Http>,
    user: CurrentUser,
    Caller(client): Caller,
    PathId(session): PathId<SessionId>,
    _body: OptionalJsonBody,
) -> Result<Response<Body>, Problem> {
    http.auth
        .end_one_session(EndOneSessionCommand {
            tenant: user.tenant.clone(),
            user: user.id,
            session,
            reason: EndReason::Logout,
            client,
        })
        .await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if session == user.session {
        clear_cookies(&http, &user, &mut response);
    }
    Ok(response)
}

/// `DELETE /auth/sessions`, `POST /sessions/revoke-others`: 200; every other session of the caller is over.
pub(crate) async fn end_others(
    State(http): State<Http>,
    user: CurrentUser,
    Caller(client): Caller,
    _body: OptionalJsonBody,
) -> Result<Response<Body>, Problem> {
    let ended = http.auth.end_other_sessions(&user, &client).await?;
    Ok(Json(json!({ "ended": ended })).into_response())
}

/// A session as its owner sees it. The id names it and opens nothing.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionBody<'a> {
    id: String,
    created_at: String,
    last_seen_at: String,
    expires_at: String,
    device: Option<String>,
    user_agent: Option<&'a str>,
    ip_hash: Option<String>,
    current: bool,
}

fn bodies(sessions: &[ListedSession], current: SessionId) -> Vec<SessionBody<'_>> {
    sessions
        .iter()
        .map(|session| SessionBody::new(session, current))
        .collect()
}

impl<'a> SessionBody<'a> {
    fn new(session: &'a ListedSession, current: SessionId) -> Self {
        Self {
            id: session.id.to_string(),
            created_at: session.created_at.to_string(),
            last_seen_at: session.last_seen_at.to_string(),
            expires_at: session.expires_at.to_string(),
            device: session
                .user_agent
                .as_deref()
                .and_then(Device::of)
                .map(|device| device.to_string()),
            user_agent: session.user_agent.as_deref(),
            ip_hash: session.ip_hash_hex(),
            current: session.id == current,
        }
    }
}
