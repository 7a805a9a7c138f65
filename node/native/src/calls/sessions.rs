//! Sessions: listed, refreshed and ended.

use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use horizon_auth::commands::{EndOneSessionCommand, LoggedIn, OpenSessionCommand, RefreshCommand};
use horizon_auth::operator::{Device, EndReason, ListedSession};
use horizon_auth::types::{Refresh, Secret};
use horizon_auth::{Auth, Code, Error, SafeUser};
use serde_json::{Value, json};

use super::args::Args;

/// The design's `AuthResult`.
pub(super) fn logged_in(fresh: &LoggedIn) -> Value {
    json!({
        "user": SafeUser::from(&fresh.user),
        "accessToken": fresh.access_token,
        "refreshToken": fresh.refresh.secret.reveal(),
    })
}

pub(super) async fn refresh(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let token = Secret::<Refresh>::parse(args.text("refreshToken")?);
    let cmd = RefreshCommand {
        token: token.ok_or(Code::RefreshInvalid)?,
        idempotency_key: None,
        client: args.client(auth)?,
        tenant: args.tenant(auth).await?,
    };
    let refreshed = auth.refresh(cmd).await?;
    Ok(logged_in(&refreshed.logged_in))
}

/// Ends every session of a user; how many there were.
pub(super) async fn logout(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let tenant = args.tenant(auth).await?;
    let ended = auth
        .end_user_sessions(&tenant, args.id("userId")?, &args.client(auth)?)
        .await?;
    Ok(json!(ended))
}

/// A session that its cookie opens, for somebody whom the application vouches for.
pub(super) async fn create(auth: &Auth, args: &Args) -> Result<Value, Error> {
    if !auth.http().config.profile.has_sessions() {
        return Err(Code::NotFound.into());
    }
    let cmd = OpenSessionCommand {
        tenant: args.tenant(auth).await?,
        user: args.id("userId")?,
        client: args.client(auth)?,
    };
    let opened = auth.open_session_with_cookie(cmd).await?;
    let mut headers = HeaderMap::new();
    auth.http().hand_out(&opened, &mut headers)?;
    let lines = headers.get_all(SET_COOKIE).iter();
    Ok(json!({
        "id": opened.session.to_string(),
        "expiresAt": opened.cookie.expires_at.to_string(),
        "setCookie": lines.filter_map(|line| line.to_str().ok()).collect::<Vec<_>>(),
    }))
}

pub(super) async fn list(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let tenant = args.tenant(auth).await?;
    let sessions = auth.list_sessions(&tenant, args.id("userId")?).await?;
    Ok(sessions.iter().map(session).collect())
}

pub(super) async fn revoke(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let cmd = EndOneSessionCommand {
        user: args.id("userId")?,
        session: args.id("sessionId")?,
        reason: EndReason::Operator,
        client: args.client(auth)?,
        tenant: args.tenant(auth).await?,
    };
    auth.end_one_session(cmd).await?;
    Ok(Value::Null)
}

fn session(session: &ListedSession) -> Value {
    let device = session.user_agent.as_deref().and_then(Device::of);
    json!({
        "id": session.id.to_string(),
        "createdAt": session.created_at.to_string(),
        "lastSeenAt": session.last_seen_at.to_string(),
        "expiresAt": session.expires_at.to_string(),
        "device": device.map(|device| device.to_string()),
        "userAgent": session.user_agent,
        "ipHash": session.ip_hash_hex(),
    })
}
