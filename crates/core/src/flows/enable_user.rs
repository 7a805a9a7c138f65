//! An account switched on by an operator.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

impl Auth {
    /// Switches an account on, whoever switched it off; `false` if it was on. Nothing that ended begins again.
    ///
    /// # Errors
    /// `not_found`, `unavailable`, `internal`.
    pub async fn enable_user(&self, tenant: &TenantId, user: UserId, client: &Client) -> Result<bool, Error> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        if !tx.enable_user(tenant, user, None, now).await? {
            return match tx.find_user(tenant, user).await? {
                Some(_) => Ok(false),
                None => Err(Code::NotFound.into()),
            };
        }
        let event = self
            .event(Event::AccountEnabled, tenant, client, now)?
            .with_user(user);
        self.commit(tx, event).await?;
        Ok(true)
    }
}
