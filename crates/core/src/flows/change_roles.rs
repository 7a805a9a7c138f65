//! Other roles for an account, set by an administrator of its tenant.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::role::Role;
use crate::error::{Code, Error};
use crate::flows::replace_roles::sorted;

/// What it needs.
#[derive(Clone, Debug)]
pub struct ChangeRolesCommand<'a> {
    /// The administrator.
    pub caller: &'a Identity,
    /// Whose roles.
    pub user: UserId,
    /// All roles that the account will have.
    pub roles: Vec<Role>,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Replaces the roles of somebody else in the caller's tenant; the roles then. What it means for tokens:
    /// see [`Auth::set_roles`]. The administrators' own role is given and taken only where the policy says so.
    ///
    /// # Errors
    /// `forbidden`, `own_roles`, `not_found`, `role_reserved`, `unknown_role`, `token_invalid` if the caller's
    /// account is gone or disabled, `unavailable`, `internal`.
    pub async fn change_roles(&self, cmd: ChangeRolesCommand<'_>) -> Result<Vec<Role>, Error> {
        let now = self.now();
        let (caller, roles) = (cmd.caller, sorted(cmd.roles));
        self.expect_admin_role(caller)?;
        if cmd.user == caller.id {
            return Err(Code::OwnRoles.into());
        }
        let event = self
            .event(Event::RolesChanged, &caller.tenant, &cmd.client, now)?
            .with_user(cmd.user)
            .caused_in(caller.session);
        let mut tx = self.store().begin().await?;
        self.lock_admin(&mut *tx, caller, &[cmd.user]).await?;
        let Some(user) = tx.find_user(&caller.tenant, cmd.user).await? else {
            return Err(Code::NotFound.into());
        };
        let policy = &self.policy().roles;
        let changes_admin = roles.contains(&policy.admin) != user.roles.contains(&policy.admin);
        if changes_admin && !policy.admin_grants_admin {
            return Err(Code::RoleReserved.into());
        }
        self.replace_roles(tx, &user, roles.clone(), event).await?;
        Ok(roles)
    }
}
