use async_trait::async_trait;

use super::Result;
use crate::domain::ids::UserId;
use crate::domain::role::{Role, StoredRole};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;

/// Roles of tenants, and who has them.
#[async_trait]
pub trait Roles {
    /// Makes a role that can be granted; `false` if the tenant has it.
    async fn insert_role(&mut self, tenant: &TenantId, role: &Role, now: Timestamp) -> Result<bool>;

    /// Makes a role in every tenant that lacks it.
    async fn insert_role_everywhere(&mut self, role: &Role, now: Timestamp) -> Result<()>;

    /// Keeps a role from being deleted until the end of the transaction; `false` if the tenant lacks it.
    async fn share_role(&mut self, tenant: &TenantId, role: &Role) -> Result<bool>;

    /// Locks a role until the end of the transaction, so that nobody is given it; `false` if the tenant lacks it.
    async fn lock_role(&mut self, tenant: &TenantId, role: &Role) -> Result<bool>;

    /// Removes a role that nobody has; `false` if somebody has it or the tenant lacks it. Call
    /// [`Roles::lock_role`] before.
    async fn delete_role(&mut self, tenant: &TenantId, role: &Role) -> Result<bool>;

    /// The roles of a tenant by name, each with the number of those who have it.
    async fn list_roles(&mut self, tenant: &TenantId) -> Result<Vec<StoredRole>>;

    /// Gives a user a role; nothing happens if the user has it.
    async fn insert_user_role(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        role: &Role,
        now: Timestamp,
    ) -> Result<()>;

    /// Takes all roles of a user away; how many there were.
    async fn delete_user_roles(&mut self, tenant: &TenantId, user: UserId) -> Result<u64>;
}
