//! One's own account.

use crate::auth::Auth;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::tenant::TenantId;
use crate::domain::user::User;
use crate::error::{Code, Error};

impl Auth {
    /// The account of a verified token, as it is now.
    ///
    /// # Errors
    /// `token_invalid` if the account is gone or disabled, `unavailable`.
    pub async fn profile(&self, caller: &Identity) -> Result<User, Error> {
        let user = self
            .store()
            .db()
            .await?
            .find_user(&caller.tenant, caller.id)
            .await?;
        user.filter(|user| user.disabled_at.is_none())
            .ok_or(Error::Refused(Code::TokenInvalid))
    }

    /// How many sessions of the user could still be refreshed.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn live_sessions(&self, tenant: &TenantId, user: UserId) -> Result<i64, Error> {
        let now = self.now();
        Ok(self
            .store()
            .db()
            .await?
            .count_live_sessions(tenant, user, now)
            .await?)
    }
}
