//! Ending a session by refresh token, for clients whose access token has expired (decision D10).

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::revocation::Revoked;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::token::{Refresh, Secret};
use crate::error::Error;

/// What it needs.
#[derive(Clone, Debug)]
pub struct EndSessionCommand {
    /// The tenant of the request.
    pub tenant: TenantId,
    /// Any refresh token of the session, used or not.
    pub token: Secret<Refresh>,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Ends the session of a refresh token. Unknown tokens and ended sessions
    /// are fine: the caller wanted to be logged out, and is (as RFC 7009 section 2.2).
    /// A used token also ends its session; whoever holds one, that is the safe outcome.
    ///
    /// # Errors
    /// `unavailable`, `internal`.
    pub async fn end_session(&self, cmd: EndSessionCommand) -> Result<(), Error> {
        let now = self.now();
        let digest = cmd.token.digest();
        let Some((tenant, user)) = self.store().db().await?.find_refresh_owner(&digest).await? else {
            return Ok(());
        };
        if tenant != cmd.tenant {
            return Ok(());
        }
        let mut tx = self.store().begin().await?;
        tx.lock_refresh_family(&digest).await?;
        let Some(state) = tx.find_token_state(&digest).await? else {
            return Ok(());
        };
        if !tx
            .revoke_session(&tenant, user, state.session, EndReason::Logout, now)
            .await?
        {
            return Ok(());
        }
        let event = self.event(Event::SessionEnded, &tenant, &cmd.client, now)?;
        let event = event.with_user(user).with_session(state.session);
        let revocation = self.revocation(&tenant, Revoked::Session(state.session), now);
        self.commit_revoking(tx, vec![revocation], event).await
    }
}
