//! An access token without a session, for an application that vouches for its bearer.

use super::replace_roles::lock_known_user;
use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

/// What it needs. The caller has made sure who it is: nothing is checked here but that the account may be used.
#[derive(Clone, Debug)]
pub struct IssueAccessTokenCommand {
    /// The tenant of the account.
    pub tenant: TenantId,
    /// Whose token.
    pub user: UserId,
    /// Fewer roles than the account has, if the token is to have fewer.
    pub roles: Option<Vec<Role>>,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Signs an access token for an account as it is now. It hangs on no session: it ends when it expires, with all
    /// tokens of the user, or by [`Auth::deny_token`].
    ///
    /// # Errors
    /// `not_found`; `forbidden` if the account or its tenant is disabled; `unknown_role` if the account lacks one;
    /// `unavailable`, `internal`.
    pub async fn issue_access_token(&self, cmd: IssueAccessTokenCommand) -> Result<String, Error> {
        let now = self.now();
        self.ready_to_sign().await?;
        // Locked, so that a change of roles or a log-out that has returned is in the token, or kills it.
        let mut tx = self.store().begin().await?;
        let mut user = lock_known_user(&mut *tx, &cmd.tenant, cmd.user).await?;
        // After the user: the epoch of the tenant that was read with it is none of a later time.
        let tenant = tx.find_tenant(&cmd.tenant).await?;
        if user.disabled_at.is_some() || tenant.is_none_or(|tenant| tenant.disabled_at.is_some()) {
            return Err(Code::Forbidden.into());
        }
        if let Some(roles) = cmd.roles {
            if roles.iter().any(|role| !user.roles.contains(role)) {
                return Err(Code::UnknownRole.into());
            }
            user.roles.retain(|role| roles.contains(role));
        }
        let event = self.event(Event::TokenIssued, &cmd.tenant, &cmd.client, now)?;
        self.commit(tx, event.with_user(user.id)).await?;
        let session = SessionId::mint(now, self.random()?);
        self.access_token(&user, session, now)
    }
}
