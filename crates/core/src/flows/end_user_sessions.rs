//! All sessions of an account ended by an operator.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

impl Auth {
    /// Logs a person out everywhere; how many sessions ended.
    ///
    /// # Errors
    /// `not_found`, `unavailable`, `internal`.
    pub async fn end_user_sessions(
        &self,
        tenant: &TenantId,
        user: UserId,
        client: &Client,
    ) -> Result<u64, Error> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let Some(min_epoch) = tx.advance_token_epoch(tenant, user, now).await? else {
            return Err(Code::NotFound.into());
        };
        let ended = tx
            .revoke_user_sessions(tenant, user, EndReason::Operator, now)
            .await?;
        let event = self
            .event(Event::SessionsEnded, tenant, client, now)?
            .with_user(user);
        self.commit_cut_off(tx, user, min_epoch, event).await?;
        Ok(ended)
    }
}
