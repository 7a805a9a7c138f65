//! An account switched off by its owner.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::identity::Identity;
use crate::domain::password::Password;
use crate::domain::session::EndReason;
use crate::domain::user::DisableReason;
use crate::error::{Code, Error};

/// What it needs.
#[derive(Clone, Debug)]
pub struct DeactivateCommand<'a> {
    /// The verified token of the caller.
    pub caller: &'a Identity,
    /// The present password, as offered.
    pub current_password: Password,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Switches the caller's account off until [`Auth::reactivate`]: its sessions, access tokens and
    /// mailed links are dead.
    ///
    /// # Errors
    /// `rate_limited`, `password_incorrect`, `token_invalid` if the account is gone or disabled,
    /// `overloaded`, `unavailable`, `internal`.
    pub async fn deactivate(&self, cmd: DeactivateCommand<'_>) -> Result<(), Error> {
        let now = self.now();
        let (tenant, user) = (&cmd.caller.tenant, cmd.caller.id);
        let checked = self
            .reauthenticate(cmd.caller, &cmd.current_password, &cmd.client, now)
            .await?;
        let mut tx = self.store().begin().await?;
        let owner = checked.lock_unchanged(&mut *tx, tenant).await?;
        let Some(min_epoch) = tx.advance_credentials(tenant, user, now).await? else {
            return Err(Code::TokenInvalid.into());
        };
        tx.disable_user(tenant, user, DisableReason::Owner, now).await?;
        self.withdraw_links(&mut *tx, tenant, user, now).await?;
        tx.revoke_user_sessions(tenant, user, EndReason::Disabled, now)
            .await?;
        let event = self
            .event(Event::AccountDeactivated, tenant, &cmd.client, now)?
            .with_user(user)
            .with_session(cmd.caller.session)
            .with_email(&owner.email);
        self.commit_cut_off(tx, user, min_epoch, event).await
    }
}
