//! A new password for an account, set by somebody who may.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::password::Password;
use crate::domain::revocation::Revoked;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

/// What it needs. Whether the caller may is the front end's business.
#[derive(Clone, Debug)]
pub struct SetPasswordCommand {
    /// The tenant of the user.
    pub tenant: TenantId,
    /// Whose password.
    pub user: UserId,
    /// The new one.
    pub password: Password,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Replaces the password and ends every session. A log-in that checked the
    /// old password and is not yet stored finds another credential version and fails.
    ///
    /// # Errors
    /// `not_found`, `overloaded`, `unavailable`, `internal`.
    pub async fn set_password(&self, cmd: SetPasswordCommand) -> Result<(), Error> {
        let now = self.now();
        let hash = self.hasher().hash(&cmd.password).await?;
        let mut tx = self.store().begin().await?;
        let Some(min_epoch) = tx.advance_credentials(&cmd.tenant, cmd.user, now).await? else {
            return Err(Code::NotFound.into());
        };
        tx.put_password(&cmd.tenant, cmd.user, &hash, now).await?;
        tx.revoke_user_sessions(&cmd.tenant, cmd.user, EndReason::PasswordChange, now)
            .await?;
        let what = Revoked::User {
            user: cmd.user,
            min_epoch,
        };
        let event = self
            .event(Event::PasswordChanged, &cmd.tenant, &cmd.client, now)?
            .with_user(cmd.user);
        self.commit_revoking(tx, vec![self.revocation(&cmd.tenant, what, now)], event)
            .await
    }
}
