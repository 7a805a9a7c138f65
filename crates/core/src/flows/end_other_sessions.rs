//! All sessions of somebody ended but the one that asks.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::identity::Identity;
use crate::domain::revocation::Revoked;
use crate::domain::session::EndReason;
use crate::error::{Code, Error};

impl Auth {
    /// Ends every session of the caller but the present one; how many there were. When it returns, none of
    /// their tokens and cookies is accepted.
    ///
    /// # Errors
    /// `token_invalid` if the account is gone, `unavailable`, `internal`.
    pub async fn end_other_sessions(&self, caller: &Identity, client: &Client) -> Result<u64, Error> {
        let now = self.now();
        let (tenant, user, kept) = (&caller.tenant, caller.id, caller.session);
        let mut tx = self.store().begin().await?;
        // A log-in comes before and is ended, or after and stays.
        if !tx.lock_user(tenant, user).await? {
            return Err(Code::TokenInvalid.into());
        }
        let live = tx.list_live_sessions(tenant, user, None, now).await?;
        let others = live.iter().filter(|session| session.id != kept).count();
        // One that nobody could refresh any more may still have an access token: it ends too, uncounted.
        let ended = tx
            .revoke_other_sessions(tenant, user, kept, EndReason::Logout, now)
            .await?;
        if ended.is_empty() {
            return Ok(0);
        }
        let deny = |session| self.revocation(tenant, Revoked::Session(session), now);
        let revocations = ended.into_iter().map(deny).collect();
        let event = self
            .event(Event::OtherSessionsEnded, tenant, client, now)?
            .with_user(user)
            .with_session(kept);
        self.commit_revoking(tx, revocations, event).await?;
        Ok(u64::try_from(others).unwrap_or(u64::MAX))
    }
}
