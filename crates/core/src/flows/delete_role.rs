//! A role that nobody shall have.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

impl Auth {
    /// Removes a role of a tenant that nobody has. Those of new users and of administrators stay.
    ///
    /// # Errors
    /// `not_found`, `role_in_use`, `unavailable`, `internal`.
    pub async fn delete_role(&self, tenant: &TenantId, role: &Role, client: &Client) -> Result<(), Error> {
        let now = self.now();
        if self.default_roles().contains(role) {
            return Err(Code::RoleInUse.into());
        }
        let mut tx = self.store().begin().await?;
        // Locked before anybody looks who has it: a grant comes before or after, never between.
        if !tx.lock_role(tenant, role).await? {
            return Err(Code::NotFound.into());
        }
        if !tx.delete_role(tenant, role).await? {
            return Err(Code::RoleInUse.into());
        }
        let event = self.event(Event::RoleDeleted, tenant, client, now)?;
        self.commit(tx, event).await
    }
}
