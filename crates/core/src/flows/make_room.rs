//! The step before a session begins where a user may have only so many.

use crate::auth::Auth;
use crate::domain::ids::UserId;
use crate::domain::revocation::{Revocation, Revoked};
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::ports::store::Tx;

impl Auth {
    /// Ends the oldest sessions in an open transaction, so that one more is within the limit; what must be
    /// denied with the commit. Without a limit it does nothing.
    ///
    /// The user's row stays locked, so that of log-ins at the same time each one sees those before it.
    pub(super) async fn make_room(
        &self,
        tx: &mut dyn Tx,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<Revocation>, Error> {
        let Some(limit) = self.policy().max_sessions else {
            return Ok(Vec::new());
        };
        tx.lock_user(tenant, user).await?;
        let live = tx.list_live_sessions(tenant, user, None, now).await?;
        let others = usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(1);
        let mut ended = Vec::new();
        // Newest first: what stands behind those that may stay is oldest.
        for session in live.iter().skip(others) {
            tx.revoke_session(tenant, user, session.id, EndReason::Limit, now)
                .await?;
            ended.push(self.revocation(tenant, Revoked::Session(session.id), now));
        }
        Ok(ended)
    }
}
