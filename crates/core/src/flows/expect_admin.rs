//! Whether somebody is an administrator of the own tenant, by what the database says now.

use crate::auth::Auth;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::user::User;
use crate::error::{Code, Error};
use crate::ports::store::Tx;

impl Auth {
    /// Refuses everybody who is not an administrator: by the roles of the token, and by those of the account.
    ///
    /// # Errors
    /// `forbidden`, `token_invalid` if the account is gone or disabled, `unavailable`.
    pub async fn expect_admin(&self, caller: &Identity) -> Result<(), Error> {
        self.expect_admin_role(caller)?;
        let user = self.profile(caller).await?;
        self.expect_admin_now(Some(user))
    }

    /// The first half of it: refuses everybody whose credentials do not name the administrators' role.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn expect_admin_role(&self, caller: &Identity) -> Result<(), Error> {
        if caller.has_role(self.policy().roles.admin.as_str()) {
            Ok(())
        } else {
            Err(Code::Forbidden.into())
        }
    }

    /// The same as [`Auth::expect_admin`] within a transaction that changes others: the rows of the administrator and of the others
    /// are locked, so that nobody acts with a role that was just taken away.
    pub(super) async fn lock_admin(
        &self,
        tx: &mut dyn Tx,
        caller: &Identity,
        others: &[UserId],
    ) -> Result<(), Error> {
        self.expect_admin_role(caller)?;
        let mut rows = others.to_vec();
        rows.push(caller.id);
        // In one order, or two administrators could wait for each other.
        rows.sort_unstable();
        rows.dedup();
        for row in rows {
            tx.lock_user(&caller.tenant, row).await?;
        }
        let user = tx.find_user(&caller.tenant, caller.id).await?;
        self.expect_admin_now(user.filter(|user| user.disabled_at.is_none()))
    }

    fn expect_admin_now(&self, user: Option<User>) -> Result<(), Error> {
        let user = user.ok_or(Error::Refused(Code::TokenInvalid))?;
        if user.roles.contains(&self.policy().roles.admin) {
            Ok(())
        } else {
            Err(Code::Forbidden.into())
        }
    }
}
