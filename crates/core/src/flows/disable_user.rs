//! An account switched off by an operator.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::user::DisableReason;
use crate::error::{Code, Error};

impl Auth {
    /// Switches an account off: its sessions, access tokens and mailed links are dead, and its
    /// owner cannot switch it on again. Off already is fine.
    ///
    /// # Errors
    /// `not_found`, `unavailable`, `internal`.
    pub async fn disable_user(&self, tenant: &TenantId, user: UserId, client: &Client) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let Some(min_epoch) = tx.advance_credentials(tenant, user, now).await? else {
            return Err(Code::NotFound.into());
        };
        tx.disable_user(tenant, user, DisableReason::Operator, now)
            .await?;
        tx.revoke_user_sessions(tenant, user, EndReason::Disabled, now)
            .await?;
        self.withdraw_links(&mut *tx, tenant, user, now).await?;
        let event = self
            .event(Event::AccountDisabled, tenant, client, now)?
            .with_user(user);
        self.commit_cut_off(tx, user, min_epoch, event).await
    }
}
