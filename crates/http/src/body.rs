//! Success bodies: the user as clients see it, and nothing else of it (H-70).

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::SET_COOKIE;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::domain::user::User;
use horizon_auth_core::error::Error;
use horizon_auth_core::flows::{AccountData, LoggedIn, SessionOpened};
use http_body::{Frame, SizeHint};
use serde::Serialize;

use crate::state::Http;

/// A user as clients see it, in JSON: the design's `SafeUser`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SafeUser<'a> {
    id: String,
    email: &'a str,
    full_name: Option<&'a str>,
    email_verified: bool,
    tenant_id: &'a str,
    roles: Vec<&'a str>,
    created_at: String,
    updated_at: String,
}

/// Hides the address.
impl fmt::Debug for SafeUser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SafeUser")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl<'a> From<&'a User> for SafeUser<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.canonical(),
            full_name: user.full_name.as_deref(),
            email_verified: user.email_verified_at.is_some(),
            tenant_id: user.tenant.as_str(),
            roles: user.roles.iter().map(Role::as_str).collect(),
            created_at: user.created_at.to_string(),
            updated_at: user.updated_at.to_string(),
        }
    }
}

/// A copy of what is stored about somebody: no hash and no digest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountCopy<'a> {
    user: SafeUser<'a>,
    /// As the person wrote it.
    email_written: &'a str,
    email_verified_at: Option<String>,
    locale: Option<&'a str>,
    sessions: Vec<SessionCopy<'a>>,
    events: Vec<EventCopy<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionCopy<'a> {
    id: String,
    created_at: String,
    expires_at: String,
    ended_at: Option<String>,
    user_agent: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventCopy<'a> {
    at: String,
    event: &'a str,
    session_id: Option<String>,
    ip: &'a str,
    user_agent: Option<&'a str>,
}

impl<'a> From<&'a AccountData> for AccountCopy<'a> {
    fn from(data: &'a AccountData) -> Self {
        let text = |at: Timestamp| at.to_string();
        let user = &data.user;
        Self {
            user: user.into(),
            email_written: user.email.written(),
            email_verified_at: user.email_verified_at.map(text),
            locale: user.locale.as_ref().map(Locale::as_str),
            sessions: data
                .sessions
                .iter()
                .map(|session| SessionCopy {
                    id: session.id.to_string(),
                    created_at: text(session.created_at),
                    expires_at: text(session.absolute_expires_at),
                    ended_at: session.revoked_at.map(text),
                    user_agent: session.user_agent.as_deref(),
                })
                .collect(),
            events: data
                .events
                .iter()
                .map(|event| EventCopy {
                    at: text(event.at),
                    event: &event.event,
                    session_id: event.session.map(|session| session.to_string()),
                    ip: &event.ip,
                    user_agent: event.user_agent.as_deref(),
                })
                .collect(),
        }
    }
}

/// `{user, accessToken}`: the refresh token travels in its cookie only.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PairBody<'a> {
    user: SafeUser<'a>,
    access_token: &'a str,
}

/// Answers with a fresh pair.
pub(crate) fn pair(status: StatusCode, http: &Http, logged_in: &LoggedIn) -> Response<Body> {
    let body = PairBody {
        user: (&logged_in.user).into(),
        access_token: &logged_in.access_token,
    };
    let mut response = (status, Json(body)).into_response();
    if let Some(cookie) = http.cookie.issue(&logged_in.refresh) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// `{id, email, emailVerified}`: the session travels in its cookie only.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenedBody<'a> {
    id: String,
    email: &'a str,
    email_verified: bool,
}

/// Answers with a fresh session: its cookie, and a token against cross-site requests that fits it.
pub(crate) fn opened(
    status: StatusCode,
    http: &Http,
    opened: &SessionOpened,
) -> Result<Response<Body>, Error> {
    let body = OpenedBody {
        id: opened.user.id.to_string(),
        email: opened.user.email.canonical(),
        email_verified: opened.user.email_verified_at.is_some(),
    };
    let mut response = (status, Json(body)).into_response();
    http.hand_out(opened, response.headers_mut())?;
    Ok(response)
}

/// A body that keeps something alive until its last byte has been handed to the connection.
pub(crate) struct Holding<T> {
    inner: Body,
    _held: T,
}

impl<T: Send + Unpin + 'static> Holding<T> {
    /// Holds `held` as long as the body of `response` lives.
    pub(crate) fn wrap(response: Response<Body>, held: T) -> Response<Body> {
        response.map(|inner| Body::new(Self { inner, _held: held }))
    }
}

impl<T: Unpin> HttpBody for Holding<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
