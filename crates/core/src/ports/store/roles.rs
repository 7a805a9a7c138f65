use async_trait::async_trait;

use super::Result;
use crate::domain::ids::UserId;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;

/// Roles of users.
#[async_trait]
pub trait Roles {
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
