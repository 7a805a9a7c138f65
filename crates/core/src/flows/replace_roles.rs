//! The step that all changes of somebody's roles share.

use crate::auth::Auth;
use crate::domain::audit::AuditRow;
use crate::domain::ids::UserId;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::domain::user::User;
use crate::error::{Code, Error};
use crate::ports::store::Tx;

impl Auth {
    /// Gives a user, read under the lock of its row, these roles instead of those it has, and commits.
    /// `false` if they are the same: then nothing is written, and no token is refused.
    ///
    /// # Errors
    /// `unknown_role` if the tenant lacks one that is new to the user; `not_found`, `unavailable`, `internal`.
    pub(super) async fn replace_roles(
        &self,
        mut tx: Box<dyn Tx>,
        user: &User,
        roles: Vec<Role>,
        event: AuditRow,
    ) -> Result<bool, Error> {
        let roles = sorted(roles);
        if roles == user.roles {
            return Ok(false);
        }
        let (tenant, now) = (&user.tenant, event.at);
        for role in roles.iter().filter(|role| !user.roles.contains(role)) {
            if !tx.share_role(tenant, role).await? {
                return Err(Code::UnknownRole.into());
            }
        }
        // Whoever reads the new roles also reads the new epoch.
        let Some(min_epoch) = tx.advance_token_epoch(tenant, user.id, now).await? else {
            return Err(Code::NotFound.into());
        };
        tx.delete_user_roles(tenant, user.id).await?;
        for role in &roles {
            tx.insert_user_role(tenant, user.id, role, now).await?;
        }
        self.commit_cut_off(tx, user.id, min_epoch, event).await?;
        Ok(true)
    }
}

/// The user, with its row locked until the end of the transaction.
///
/// # Errors
/// `not_found`, `unavailable`.
pub(super) async fn lock_known_user(tx: &mut dyn Tx, tenant: &TenantId, user: UserId) -> Result<User, Error> {
    if !tx.lock_user(tenant, user).await? {
        return Err(Code::NotFound.into());
    }
    let found = tx.find_user(tenant, user).await?;
    found.ok_or(Error::Internal("a user vanished under its lock"))
}

/// As users have them, whatever was typed.
pub(super) fn sorted(mut roles: Vec<Role>) -> Vec<Role> {
    roles.sort();
    roles.dedup();
    roles
}
