//! A copy of what is stored about somebody, for that person.

use crate::auth::Auth;
use crate::domain::audit::{Event, StoredEvent};
use crate::domain::client::Client;
use crate::domain::identity::Identity;
use crate::domain::session::StoredSession;
use crate::domain::user::User;
use crate::error::{Code, Error};

/// Most events of a copy: the newest ones.
const EVENTS: i64 = 10_000;

/// Everything stored about a person but secrets: no hash, no digest.
#[derive(Clone, Debug)]
pub struct AccountData {
    /// The account with its roles.
    pub user: User,
    /// Its sessions that are still stored, newest first.
    pub sessions: Vec<StoredSession>,
    /// What the trail tells about it, newest first.
    pub events: Vec<StoredEvent>,
}

impl Auth {
    /// The caller's data as they stand at one instant.
    ///
    /// # Errors
    /// `token_invalid` if the account is gone or disabled, `unavailable`, `internal`.
    pub async fn export_data(&self, caller: &Identity, client: &Client) -> Result<AccountData, Error> {
        let now = self.now();
        let tenant = &caller.tenant;
        let mut tx = self.store().begin().await?;
        // Locked, or the event could bring the id of a deleted account back into the trail.
        if !tx.lock_user(tenant, caller.id).await? {
            return Err(Code::TokenInvalid.into());
        }
        let found = tx.find_user(tenant, caller.id).await?;
        let Some(user) = found.filter(|user| user.disabled_at.is_none()) else {
            return Err(Code::TokenInvalid.into());
        };
        let data = AccountData {
            sessions: tx.list_user_sessions(tenant, user.id).await?,
            events: tx.list_user_events(tenant, user.id, EVENTS).await?,
            user,
        };
        let event = self
            .event(Event::DataExported, tenant, client, now)?
            .with_user(caller.id)
            .with_session(caller.session)
            .with_email(&data.user.email);
        self.commit(tx, event).await?;
        Ok(data)
    }
}
