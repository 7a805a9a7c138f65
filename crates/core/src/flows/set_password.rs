//! A new password for an account, set by somebody who may.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::password::Password;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};
use crate::flows::replace_password::NewPassword;

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
    /// Replaces the password, ends every session and tells the owner. A log-in that checked the
    /// old password and is not yet stored finds another credential version and fails.
    ///
    /// # Errors
    /// `not_found`, `overloaded`, `unavailable`, `internal`.
    pub async fn set_password(&self, cmd: SetPasswordCommand) -> Result<(), Error> {
        let now = self.now();
        let hash = self.hasher().hash(&cmd.password).await?;
        let mut tx = self.store().begin().await?;
        let new = NewPassword {
            tenant: &cmd.tenant,
            user: cmd.user,
            hash: &hash,
            reason: EndReason::PasswordChange,
        };
        let Some(replaced) = self.replace_password(&mut *tx, new, now).await? else {
            return Err(Code::NotFound.into());
        };
        let event = self
            .event(Event::PasswordChanged, &cmd.tenant, &cmd.client, now)?
            .with_user(cmd.user);
        let revocation = self.revocation(&cmd.tenant, replaced.revoked, now);
        self.commit_revoking(tx, vec![revocation], event).await?;
        self.ring_mail_bell();
        Ok(())
    }
}
