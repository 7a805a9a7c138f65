//! Other roles for an account, set by an operator (decision D18).

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

impl Auth {
    /// Replaces the roles. Access tokens with the old ones are dead; sessions live, and a refresh brings
    /// a token with the new ones.
    ///
    /// # Errors
    /// `not_found`, `unavailable`, `internal`.
    pub async fn set_roles(
        &self,
        tenant: &TenantId,
        user: UserId,
        roles: &[Role],
        client: &Client,
    ) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        // First, because it locks the user: whoever reads the new roles also reads the new epoch.
        let Some(min_epoch) = tx.advance_token_epoch(tenant, user, now).await? else {
            return Err(Code::NotFound.into());
        };
        tx.delete_user_roles(tenant, user).await?;
        for role in roles {
            tx.insert_user_role(tenant, user, role, now).await?;
        }
        let event = self
            .event(Event::RolesChanged, tenant, client, now)?
            .with_user(user);
        self.commit_cut_off(tx, user, min_epoch, event).await
    }
}
