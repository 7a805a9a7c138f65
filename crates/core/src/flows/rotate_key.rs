//! A new signing key that nobody notices: published now, used when every verifier has it.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::key::Algorithm;
use crate::domain::key_state::{KeyRefusal, KeyState, KeyTimes, StoredKey};
use crate::domain::time::Timestamp;
use crate::error::Error;

/// A key that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextKey {
    /// Its id.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// When it begins to sign.
    pub signs_at: Timestamp,
}

impl Auth {
    /// Publishes a new key; without an algorithm, of the same kind as the one that signs.
    ///
    /// # Errors
    /// [`Error::Keys`] if one waits already, if no key signs yet, or without a sealing key; `unavailable`,
    /// `internal`.
    pub async fn rotate_key(&self, algorithm: Option<Algorithm>, client: &Client) -> Result<NextKey, Error> {
        let now = self.now();
        if self.tokens().sealing_keys().is_empty() {
            return Err(KeyRefusal::NoSealingKey.into());
        }
        let stored = self.store().db().await?.list_signing_keys().await?;
        let active = self.expect_no_next(&stored)?;
        if self.open_key(active).is_none() {
            // What this engine seals, the nodes could not open.
            return Err(KeyRefusal::OtherSealingKey {
                kid: active.kid.clone(),
            }
            .into());
        }
        self.insert_next(algorithm.unwrap_or(active.algorithm), client, now)
            .await
    }

    /// Makes, seals and publishes a key.
    pub(super) async fn insert_next(
        &self,
        algorithm: Algorithm,
        client: &Client,
        now: Timestamp,
    ) -> Result<NextKey, Error> {
        let next = self.fresh_key(algorithm).await?;
        // A long wait for a busy machine must not shorten the wait of the key.
        let now = now.max(self.now());
        let next = self.sealed_key(&next, KeyState::Next, now)?;
        let mut tx = self.store().begin().await?;
        tx.lock_key_set().await?;
        self.expect_no_next(&tx.list_signing_keys().await?)?;
        if !tx.insert_signing_key(&next).await? {
            return Err(Error::Internal("a fresh key is known already"));
        }
        let row = self.event(Event::KeyAdded, &self.policy().default_tenant, client, now)?;
        self.commit_key_change(tx, row).await?;
        tracing::info!(kid = next.kid, algorithm = %next.algorithm, "publishing a new key");
        let signs_at = now + KeyTimes::of(self.policy()).until_signing;
        Ok(NextKey {
            kid: next.kid,
            algorithm,
            signs_at,
        })
    }

    /// The active key, if nothing waits to take its place.
    fn expect_no_next<'a>(&self, stored: &'a [StoredKey]) -> Result<&'a StoredKey, KeyRefusal> {
        if let Some(next) = stored.iter().find(|key| key.state == KeyState::Next) {
            return Err(KeyRefusal::NextExists {
                kid: next.kid.clone(),
                signs_at: next.changed_at + KeyTimes::of(self.policy()).until_signing,
            });
        }
        let active = stored.iter().find(|key| key.state == KeyState::Active);
        active.ok_or(KeyRefusal::NoActiveKey)
    }
}
