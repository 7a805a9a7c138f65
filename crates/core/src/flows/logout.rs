//! Ending sessions by access token (decisions D9 and D25).

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::identity::Identity;
use crate::domain::revocation::Revoked;
use crate::domain::session::EndReason;
use crate::error::{Code, Error};

/// How much ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutScope {
    /// All sessions of the user. The design's meaning, and the default.
    All,
    /// Only the session of the token.
    Session,
}

/// What a log-out needs.
#[derive(Clone, Debug)]
pub struct LogoutCommand<'a> {
    /// The verified token of the caller.
    pub caller: &'a Identity,
    /// How much ends.
    pub scope: LogoutScope,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Ends sessions with their refresh and access tokens. When it returns, none of them is accepted.
    ///
    /// # Errors
    /// `token_invalid` if the user is gone, `unavailable`, `internal`.
    pub async fn logout(&self, cmd: LogoutCommand<'_>) -> Result<(), Error> {
        let now = self.now();
        let caller = cmd.caller;
        let (tenant, user, session) = (&caller.tenant, caller.id, caller.session);
        let mut tx = self.store().begin().await?;
        let (what, event) = match cmd.scope {
            LogoutScope::All => {
                let Some(min_epoch) = tx.advance_token_epoch(tenant, user, now).await? else {
                    return Err(Code::TokenInvalid.into());
                };
                tx.revoke_user_sessions(tenant, user, EndReason::Logout, now)
                    .await?;
                (Revoked::User { user, min_epoch }, Event::LoggedOut)
            }
            LogoutScope::Session => {
                tx.revoke_session(tenant, user, session, EndReason::Logout, now)
                    .await?;
                (Revoked::Session(session), Event::SessionEnded)
            }
        };
        let event = self
            .event(event, tenant, &cmd.client, now)?
            .with_user(user)
            .with_session(session);
        self.commit_revoking(tx, vec![self.revocation(tenant, what, now)], event)
            .await
    }
}
