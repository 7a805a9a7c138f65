//! The step that precedes every grave change: the password once more (ASVS 7.5.1).

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::identity::Identity;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::limits::{Counted, Rule};
use crate::domain::password::Password;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::user::{Login, User};
use crate::error::{Code, Error};
use crate::ports::store::Tx;

impl Login {
    /// Refuses a change if the password that was checked had been replaced before the row was locked.
    /// `advanced` is the credential version after [`Users::advance_credentials`](crate::ports::store::Users).
    ///
    /// # Errors
    /// `password_incorrect`; drop the transaction then.
    pub(super) fn expect_still_checked(&self, advanced: i64) -> Result<(), Error> {
        if self.cred_version + 1 == advanced {
            Ok(())
        } else {
            Err(Code::PasswordIncorrect.into())
        }
    }

    /// Locks the account whose password was checked; the account as it stands under that lock.
    ///
    /// # Errors
    /// `token_invalid` if it is gone or disabled, `password_incorrect` if the password was replaced
    /// since; drop the transaction then.
    pub(super) async fn lock_unchanged(&self, tx: &mut dyn Tx, tenant: &TenantId) -> Result<User, Error> {
        if !tx.lock_user(tenant, self.user).await? {
            return Err(Code::TokenInvalid.into());
        }
        let found = tx.find_user(tenant, self.user).await?;
        let Some(owner) = found.filter(|user| user.disabled_at.is_none()) else {
            return Err(Code::TokenInvalid.into());
        };
        if owner.cred_version != self.cred_version {
            return Err(Code::PasswordIncorrect.into());
        }
        Ok(owner)
    }
}

impl Auth {
    /// Checks the password of somebody who is logged in. The result names the
    /// credential version that was checked: act only if it is still the one.
    ///
    /// # Errors
    /// `rate_limited`, `password_incorrect`, `token_invalid` if the account is gone or disabled,
    /// `overloaded`, `unavailable`.
    pub(super) async fn reauthenticate(
        &self,
        caller: &Identity,
        password: &Password,
        client: &Client,
        now: Timestamp,
    ) -> Result<Login, Error> {
        let claimant = Claimant {
            tenant: &caller.tenant,
            user: caller.id,
            session: Some(caller.session),
        };
        let checked = self.check_password(claimant, password, client, now).await?;
        checked.ok_or(Code::TokenInvalid.into())
    }

    /// The check itself, for somebody known in any way; `None` if the account is gone or disabled.
    ///
    /// # Errors
    /// `rate_limited`, `password_incorrect`, `overloaded`, `unavailable`.
    pub(super) async fn check_password(
        &self,
        claimant: Claimant<'_>,
        password: &Password,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<Login>, Error> {
        let Claimant {
            tenant,
            user,
            session,
        } = claimant;
        let counted = Counted::User(tenant, user);
        self.limit(Rule::Reauthenticate, counted, now).await?;
        let found = self.store().db().await?.find_login_of(tenant, user).await?;
        let Some(login) = found.filter(|login| login.disabled.is_none()) else {
            return Ok(None);
        };
        let verified = self.hasher().verify(password, login.password.as_ref()).await?;
        if !verified.matches {
            let mut event = self
                .event(Event::ReauthenticationFailed, tenant, client, now)?
                .with_user(user);
            event.session = session;
            self.record_about_user(event).await?;
            return Err(Code::PasswordIncorrect.into());
        }
        self.forgive(Rule::Reauthenticate, counted).await?;
        Ok(Some(login))
    }
}

/// Who gives a password again.
pub(super) struct Claimant<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) user: UserId,
    /// The session that asks, if it is one.
    pub(super) session: Option<SessionId>,
}
