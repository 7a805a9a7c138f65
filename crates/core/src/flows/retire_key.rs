//! The end of a key that signs no more, taken by hand.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::key_state::{KeyRefusal, KeyState, KeyTimes, StoredKey};
use crate::error::Error;

impl Auth {
    /// Makes a key gone: one whose last tokens have expired, or one that has not signed yet.
    ///
    /// # Errors
    /// [`Error::Keys`] while its tokens live, and for every other key; `unavailable`, `internal`.
    pub async fn retire_key(&self, kid: &str, client: &Client) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        tx.lock_key_set().await?;
        let stored = tx.list_signing_keys().await?;
        let key = expect_key(&stored, kid)?;
        let name = || kid.to_owned();
        match key.state {
            KeyState::Next => {}
            KeyState::Retiring => {
                let until = key.changed_at + KeyTimes::of(self.policy()).until_gone;
                if now < until {
                    return Err(KeyRefusal::TokensLive { kid: name(), until }.into());
                }
            }
            KeyState::Active => return Err(KeyRefusal::Signs { kid: name() }.into()),
            KeyState::Known => return Err(KeyRefusal::Configured { kid: name() }.into()),
            state @ (KeyState::Gone | KeyState::Revoked) => {
                return Err(KeyRefusal::Already { kid: name(), state }.into());
            }
        }
        if !tx.change_key_state(kid, key.state, KeyState::Gone, now).await? {
            return Err(Error::Internal(
                "a key changed its state while the key set was locked",
            ));
        }
        let row = self.event(Event::KeyRetired, &self.policy().default_tenant, client, now)?;
        self.commit_key_change(tx, row).await
    }
}

/// The key with this id.
pub(super) fn expect_key<'a>(stored: &'a [StoredKey], kid: &str) -> Result<&'a StoredKey, KeyRefusal> {
    let found = stored.iter().find(|key| key.kid == kid);
    found.ok_or_else(|| KeyRefusal::Unknown { kid: kid.to_owned() })
}
