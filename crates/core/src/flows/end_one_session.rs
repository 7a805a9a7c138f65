//! One session of a list ended, by its owner or by an operator.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::revocation::Revoked;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

/// What it needs. Whether the caller may speak for the user is the front end's business.
#[derive(Clone, Debug)]
pub struct EndOneSessionCommand {
    /// The tenant of the user.
    pub tenant: TenantId,
    /// Whose session.
    pub user: UserId,
    /// Which one.
    pub session: SessionId,
    /// By whom it ends.
    pub reason: EndReason,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Ends a live session of the user. When it returns, none of its tokens and no cookie of it is accepted.
    ///
    /// # Errors
    /// `not_found` if the user has no such session, or it has ended; `unavailable`, `internal`.
    pub async fn end_one_session(&self, cmd: EndOneSessionCommand) -> Result<(), Error> {
        let now = self.now();
        let (tenant, user, session) = (&cmd.tenant, cmd.user, cmd.session);
        let mut tx = self.store().begin().await?;
        let live = tx.list_live_sessions(tenant, user, Some(session), now).await?;
        // Of two who end it, one comes first.
        if live.is_empty() || !tx.revoke_session(tenant, user, session, cmd.reason, now).await? {
            return Err(Code::NotFound.into());
        }
        let event = self
            .event(Event::SessionEnded, tenant, &cmd.client, now)?
            .with_user(user)
            .with_session(session);
        let revocation = self.revocation(tenant, Revoked::Session(session), now);
        self.commit_revoking(tx, vec![revocation], event).await
    }
}
