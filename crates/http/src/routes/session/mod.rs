//! The routes of the session profile (decision D3): the same flows, with a cookie in place of tokens.

pub(crate) mod csrf;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod me;
pub(crate) mod password_reset;
pub(crate) mod register;
pub(crate) mod verify_email;

use axum::http::HeaderMap;
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::flows::EndCookieSessionCommand;

use crate::state::Http;

/// Ends the session of the cookie that a log-in replaces: its browser forgets it, and nobody else should
/// have it. The log-in has happened; it does not fail because of this.
pub(crate) async fn end_former(http: &Http, headers: &HeaderMap, tenant: TenantId, client: Client) {
    let former = http.sessions.as_ref().map(|cookies| cookies.read(headers));
    let Some(Ok(cookie)) = former else { return };
    let cmd = EndCookieSessionCommand {
        tenant,
        cookie,
        client,
    };
    if let Err(error) = http.auth.end_cookie_session(cmd).await {
        tracing::warn!(
            code = error.code().wire(),
            "the session of a replaced cookie was not ended"
        );
    }
}
