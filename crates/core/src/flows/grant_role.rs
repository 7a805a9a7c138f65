//! One role more for an account, by an operator (decision D18).

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::error::Error;
use crate::flows::replace_roles::lock_known_user;

impl Auth {
    /// Gives the account a role; `false` if it has it. What it means for tokens: see [`Auth::set_roles`].
    ///
    /// # Errors
    /// `not_found`, `unknown_role`, `unavailable`, `internal`.
    pub async fn grant_role(
        &self,
        tenant: &TenantId,
        user: UserId,
        role: &Role,
        client: &Client,
    ) -> Result<bool, Error> {
        let now = self.now();
        let event = self.event(Event::RolesChanged, tenant, client, now)?;
        let mut tx = self.store().begin().await?;
        let known = lock_known_user(&mut *tx, tenant, user).await?;
        let mut roles = known.roles.clone();
        roles.push(role.clone());
        self.replace_roles(tx, &known, roles, event.with_user(user)).await
    }
}
