//! Tokens for somebody whom the application vouches for, tokens that are denied, and how the engine is.

use horizon_auth::commands::{DenyTokenCommand, IssueAccessTokenCommand, OpenSessionCommand, Part};
use horizon_auth::types::{Role, Timestamp, TokenId, Violation};
use horizon_auth::{Auth, Error};
use serde_json::{Value, json};

use super::args::Args;

pub(super) async fn generate_access_token(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let cmd = IssueAccessTokenCommand {
        user: args.id("sub")?,
        roles: args.list("roles", Role::parse)?,
        client: args.client(auth)?,
        tenant: args.tenant(auth).await?,
    };
    Ok(Value::String(auth.issue_access_token(cmd).await?))
}

pub(super) async fn generate_refresh_token(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let cmd = OpenSessionCommand {
        user: args.id("userId")?,
        client: args.client(auth)?,
        tenant: args.tenant(auth).await?,
    };
    let opened = auth.open_session(cmd).await?;
    Ok(json!(opened.refresh.secret.reveal()))
}

pub(super) async fn is_blacklisted(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let token: TokenId = args.id("tokenId")?;
    Ok(Value::Bool(auth.is_token_denied(token).await?))
}

/// `expiresAt` is in milliseconds since 1970, as `Date.getTime()` gives them.
pub(super) async fn blacklist_token(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let expires_at = match args.get("expiresAt") {
        None => None,
        Some(at) => Some(
            at.as_i64()
                .map(Timestamp::from_millis)
                .ok_or(Violation::new("expiresAt", "must be milliseconds since 1970, a whole number"))?,
        ),
    };
    let cmd = DenyTokenCommand {
        token: args.id("tokenId")?,
        expires_at,
        client: args.client(auth)?,
        tenant: args.tenant(auth).await?,
    };
    auth.deny_token(cmd).await?;
    Ok(Value::Null)
}

/// The state of each part; without Redis there is nothing to be ill.
pub(super) async fn health(auth: &Auth, _: &Args) -> Result<Value, Error> {
    let health = auth.health().await;
    let mut parts = serde_json::Map::new();
    parts.insert("redis".to_owned(), json!({ "status": "disabled" }));
    parts.extend(health.parts.iter().map(|part| (part.name.to_owned(), state(part))));
    Ok(Value::Object(parts))
}

fn state(part: &Part) -> Value {
    match part.latency {
        Some(latency) => json!({
            "status": "healthy",
            "latency": u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
        }),
        None => json!({ "status": "unhealthy", "error": "does not answer" }),
    }
}
