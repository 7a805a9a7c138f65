//! The roles that every tenant has from the beginning.

use crate::auth::Auth;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::ports::store::Tx;

impl Auth {
    /// Makes the roles of new users and of administrators in a tenant that was just made.
    pub(super) async fn insert_default_roles(
        &self,
        tx: &mut dyn Tx,
        tenant: &TenantId,
        now: Timestamp,
    ) -> Result<(), Error> {
        for role in self.default_roles() {
            tx.insert_role(tenant, &role, now).await?;
        }
        Ok(())
    }

    /// What the engine itself gives or asks for. Sorted, so that two nodes that start never wait in a circle.
    pub(super) fn default_roles(&self) -> Vec<Role> {
        let policy = self.policy();
        let mut roles = policy.default_roles.clone();
        roles.push(policy.roles.admin.clone());
        roles.sort();
        roles.dedup();
        roles
    }
}
