//! Other roles for an account, set by an operator (decision D18).

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::error::Error;
use crate::flows::replace_roles::lock_known_user;

impl Auth {
    /// Replaces the roles; `false` if the account has just these. Access tokens with the old ones are dead;
    /// sessions live, and a refresh brings a token with the new ones.
    ///
    /// # Errors
    /// `not_found`, `unknown_role`, `unavailable`, `internal`.
    pub async fn set_roles(
        &self,
        tenant: &TenantId,
        user: UserId,
        roles: &[Role],
        client: &Client,
    ) -> Result<bool, Error> {
        let now = self.now();
        let event = self.event(Event::RolesChanged, tenant, client, now)?;
        let mut tx = self.store().begin().await?;
        let known = lock_known_user(&mut *tx, tenant, user).await?;
        self.replace_roles(tx, &known, roles.to_vec(), event.with_user(user))
            .await
    }
}
