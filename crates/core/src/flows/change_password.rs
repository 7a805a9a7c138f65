//! A new password, set by the owner who knows the present one.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::identity::Identity;
use crate::domain::password::Password;
use crate::domain::session::EndReason;
use crate::domain::violation::Violation;
use crate::error::{Code, Error};
use crate::flows::begin_session::{Beginner, LoggedIn, Means, Opened, SessionOpened};
use crate::flows::replace_password::NewPassword;

/// What a change of the password needs.
#[derive(Clone, Debug)]
pub struct ChangePasswordCommand<'a> {
    /// The verified token of the caller.
    pub caller: &'a Identity,
    /// The present password, as offered.
    pub current_password: Password,
    /// The one that replaces it.
    pub new_password: Password,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Replaces the password. Every session ends; the caller goes on with the fresh pair of a new one.
    ///
    /// # Errors
    /// `rate_limited`, `password_incorrect`, `token_invalid` if the account is gone or disabled,
    /// `invalid_input` about `newPassword`, `overloaded`, `unavailable`, `internal`.
    pub async fn change_password(&self, cmd: ChangePasswordCommand<'_>) -> Result<LoggedIn, Error> {
        self.change(cmd, Means::Tokens).await?.tokens()
    }

    /// The same with the cookie of a new session in place of the pair.
    ///
    /// # Errors
    /// As [`Auth::change_password`].
    pub async fn change_password_with_cookie(
        &self,
        cmd: ChangePasswordCommand<'_>,
    ) -> Result<SessionOpened, Error> {
        self.change(cmd, Means::Cookie).await?.cookie()
    }

    async fn change(&self, cmd: ChangePasswordCommand<'_>, means: Means) -> Result<Opened, Error> {
        let now = self.now();
        let (tenant, user) = (&cmd.caller.tenant, cmd.caller.id);
        let checked = self
            .reauthenticate(cmd.caller, &cmd.current_password, &cmd.client, now)
            .await?;
        let owner = self.profile(cmd.caller).await?;
        // The caller has just proved to know the present password: comparing tells nothing new.
        if cmd.new_password.as_bytes() == cmd.current_password.as_bytes() {
            return Err(Violation::new("newPassword", "must not be the present password").into());
        }
        let hash = self.hash_new_password(&cmd.new_password, &owner.email).await?;
        let mut tx = self.store().begin().await?;
        let new = NewPassword {
            tenant,
            user,
            hash: &hash,
            reason: EndReason::PasswordChange,
        };
        let Some(replaced) = self.replace_password(&mut *tx, new, now).await? else {
            return Err(Code::TokenInvalid.into());
        };
        let cred_version = replaced.user.cred_version;
        // Somebody else changed it between the check and the lock: what was checked is not the present one.
        checked.expect_still_checked(cred_version)?;
        let who = Beginner {
            tenant,
            user,
            cred_version,
            client: &cmd.client,
            means,
        };
        let Some(mut begun) = self.begin_session(&mut *tx, who, now).await? else {
            return Err(Code::TokenInvalid.into());
        };
        let event = self
            .event(Event::PasswordChanged, tenant, &cmd.client, now)?
            .with_user(user)
            .with_session(begun.session)
            .with_email(&replaced.user.email);
        let mut revocations = std::mem::take(&mut begun.ended);
        revocations.push(self.revocation(tenant, replaced.revoked, now));
        self.commit_revoking(tx, revocations, event).await?;
        self.ring_mail_bell();
        self.open(replaced.user, begun, now).await
    }
}
