//! Another name or language for one's own account.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::identity::Identity;
use crate::domain::user::{ProfileChange, User};
use crate::error::{Code, Error};

/// What it needs.
#[derive(Clone, Debug)]
pub struct UpdateProfileCommand<'a> {
    /// The verified token of the caller.
    pub caller: &'a Identity,
    /// What changes.
    pub change: ProfileChange,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Changes what is given; the account as it is then. Nothing given leaves no trace.
    ///
    /// # Errors
    /// `token_invalid` if the account is gone or disabled, `unavailable`, `internal`.
    pub async fn update_profile(&self, cmd: UpdateProfileCommand<'_>) -> Result<User, Error> {
        let now = self.now();
        if cmd.change == ProfileChange::default() {
            return self.profile(cmd.caller).await;
        }
        let (tenant, user) = (&cmd.caller.tenant, cmd.caller.id);
        let mut tx = self.store().begin().await?;
        if !tx.update_profile(tenant, user, &cmd.change, now).await? {
            return Err(Code::TokenInvalid.into());
        }
        let found = tx.find_user(tenant, user).await?;
        let Some(changed) = found.filter(|user| user.disabled_at.is_none()) else {
            return Err(Code::TokenInvalid.into());
        };
        let event = self
            .event(Event::ProfileUpdated, tenant, &cmd.client, now)?
            .with_user(user)
            .with_session(cmd.caller.session)
            .with_email(&changed.email);
        self.commit(tx, event).await?;
        Ok(changed)
    }
}
