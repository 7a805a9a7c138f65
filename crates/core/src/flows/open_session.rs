//! A session for somebody whom another system vouches for.

use super::begin_session::{Beginner, Means, Opened};
use super::{LoggedIn, SessionOpened, UserRef};
use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::tenant::TenantId;
use crate::error::{Code, Error};

/// What it needs. The caller has made sure who it is: nothing is checked here but that the account may be used.
#[derive(Clone, Debug)]
pub struct OpenSessionCommand {
    /// The tenant of the account.
    pub tenant: TenantId,
    /// Whose session.
    pub user: UserId,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Begins a session without a password: for an application that knows by other means who somebody is.
    ///
    /// # Errors
    /// `not_found`; `forbidden` if the account or its tenant is disabled; `unavailable`, `internal`.
    pub async fn open_session(&self, cmd: OpenSessionCommand) -> Result<LoggedIn, Error> {
        self.open_vouched(cmd, Means::Tokens).await?.tokens()
    }

    /// [`Auth::open_session`] with a session cookie instead of tokens.
    ///
    /// # Errors
    /// Those of [`Auth::open_session`].
    pub async fn open_session_with_cookie(&self, cmd: OpenSessionCommand) -> Result<SessionOpened, Error> {
        self.open_vouched(cmd, Means::Cookie).await?.cookie()
    }

    async fn open_vouched(&self, cmd: OpenSessionCommand, means: Means) -> Result<Opened, Error> {
        let now = self.now();
        let known = self.find_user(&cmd.tenant, &UserRef::Id(cmd.user)).await?;
        let known = known.ok_or(Error::Refused(Code::NotFound))?;
        let mut tx = self.store().begin().await?;
        let who = Beginner {
            tenant: &cmd.tenant,
            user: cmd.user,
            cred_version: known.cred_version,
            client: &cmd.client,
            means,
        };
        let Some(mut begun) = self.begin_session(&mut *tx, who, now).await? else {
            return Err(Code::Forbidden.into());
        };
        // Read under the session's lock on the user: roles and epoch are the ones in force.
        let Some(user) = tx.find_user(&cmd.tenant, cmd.user).await? else {
            return Err(Error::Internal("a user vanished under its lock"));
        };
        let event = self.event(Event::SessionOpened, &cmd.tenant, &cmd.client, now)?;
        let event = event.with_user(user.id).with_session(begun.session);
        self.commit_begun(tx, &mut begun, event).await?;
        self.open(user, begun, now).await
    }
}
