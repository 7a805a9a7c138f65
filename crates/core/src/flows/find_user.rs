//! One account, by id or by address.

use crate::auth::Auth;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::tenant::TenantId;
use crate::domain::user::User;
use crate::domain::violation::Violation;
use crate::error::Error;

/// What an operator names an account by. No address is a UUID: they never mix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserRef {
    /// Its id.
    Id(UserId),
    /// Its address.
    Email(Email),
}

impl UserRef {
    /// Reads either.
    ///
    /// # Errors
    /// A [`Violation`] of the field `user`.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        Email::parse(text)
            .map(Self::Email)
            .map_err(|_| Violation::new("user", "must be the id or the address of an account"))
    }
}

impl Auth {
    /// The account, as it is now.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn find_user(&self, tenant: &TenantId, user: &UserRef) -> Result<Option<User>, Error> {
        let mut db = self.store().db().await?;
        Ok(match user {
            UserRef::Id(id) => db.find_user(tenant, *id).await?,
            UserRef::Email(email) => db.find_user_by_email(tenant, email).await?,
        })
    }
}
