//! An account as an administrator of its tenant sees it.

use crate::auth::Auth;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::user::User;
use crate::error::{Code, Error};

impl Auth {
    /// An account of the caller's tenant, for administrators of it.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `token_invalid` if the caller's account is gone or disabled, `unavailable`.
    pub async fn find_member(&self, caller: &Identity, user: UserId) -> Result<User, Error> {
        self.expect_admin(caller).await?;
        let mut db = self.store().db().await?;
        let found = db.find_user(&caller.tenant, user).await?;
        found.ok_or(Error::Refused(Code::NotFound))
    }
}
