//! Deleting one's own account.

use crate::auth::Auth;
use crate::domain::client::Client;
use crate::domain::identity::Identity;
use crate::domain::password::Password;
use crate::error::{Code, Error};

/// What a deletion needs.
#[derive(Clone, Debug)]
pub struct DeleteAccountCommand<'a> {
    /// The verified token of the caller.
    pub caller: &'a Identity,
    /// The present password, as offered.
    pub current_password: Password,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Deletes the caller's account for good; see [`Auth::erase_user`] for what is left.
    ///
    /// # Errors
    /// `rate_limited`, `password_incorrect`, `token_invalid` if the account is gone or disabled,
    /// `overloaded`, `unavailable`, `internal`.
    pub async fn delete_account(&self, cmd: DeleteAccountCommand<'_>) -> Result<(), Error> {
        let now = self.now();
        let checked = self
            .reauthenticate(cmd.caller, &cmd.current_password, &cmd.client, now)
            .await?;
        let (tenant, user) = (&cmd.caller.tenant, cmd.caller.id);
        match self.erase(tenant, user, Some(&checked), &cmd.client, now).await {
            // Somebody else was faster: for the caller it is the token that belongs to nobody now.
            Err(Error::Refused(Code::NotFound)) => Err(Code::TokenInvalid.into()),
            other => other,
        }
    }
}
