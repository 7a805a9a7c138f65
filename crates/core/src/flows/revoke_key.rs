//! The emergency: a private key is in other hands.

use std::time::Duration;

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::Fingerprint;
use crate::domain::key_state::{KeyRefusal, KeyState, StoredKey};
use crate::domain::revocation::{Revocation, Revoked};
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::flows::retire_key::expect_key;
use crate::ports::store::Tx;

/// Whoever has a private key makes tokens of any age, so its tokens are denied for longer than anybody
/// keeps one; the row of the key says so for ever.
pub(super) const DENIED: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);
/// How often the set of keys may change between two looks.
const TRIES: usize = 3;

impl Auth {
    /// Withdraws a key with all its tokens, on every node once this returns. If it signed, the next one
    /// takes its place at once, or a fresh one; gives the id of the key that signs from now on, if one is
    /// known. Sessions go on: a refresh brings a token of that key.
    ///
    /// # Errors
    /// [`Error::Keys`] for an unknown key, and for the one that signs if there is no sealing key to make
    /// another; `unavailable`, `internal`.
    pub async fn revoke_key(&self, kid: &str, client: &Client) -> Result<Option<String>, Error> {
        let now = self.now();
        let mut fresh = None;
        for _ in 0..TRIES {
            let stored = self.store().db().await?.list_signing_keys().await?;
            self.expect_replaceable(expect_key(&stored, kid)?)?;
            if fresh.is_none() && self.needs_fresh(&stored, kid) {
                let algorithm = expect_key(&stored, kid)?.algorithm;
                let key = self.fresh_key(algorithm).await?;
                fresh = Some(self.sealed_key(&key, KeyState::Active, now)?);
            }
            let mut tx = self.store().begin().await?;
            tx.lock_key_set().await?;
            let stored = tx.list_signing_keys().await?;
            if fresh.is_none() && self.needs_fresh(&stored, kid) {
                continue; // it has begun to sign meanwhile
            }
            let signs = self.withdraw(&mut *tx, &stored, kid, fresh.as_ref(), now).await?;
            let tenant = self.policy().default_tenant.clone();
            let event = self.event(Event::KeyRevoked, &tenant, client, now)?;
            let revocation = Revocation {
                tenant,
                what: Revoked::Key(Fingerprint::of(kid)),
                expires_at: now + DENIED,
            };
            self.commit_revoking(tx, vec![revocation], event).await?;
            tracing::warn!(kid, signs, "a key was revoked with all its tokens");
            if !self.outside().is_outsider() {
                self.follow_keys().await?;
            }
            return Ok(signs);
        }
        Err(Error::Internal("the keys change too fast to revoke one"))
    }

    /// Refuses what would leave this node with nothing to sign with.
    fn expect_replaceable(&self, key: &StoredKey) -> Result<(), KeyRefusal> {
        let own = self.tokens().configured().share_signing();
        let is_own = own.is_some_and(|own| own.kid() == key.kid);
        let seals = !self.tokens().sealing_keys().is_empty();
        let signs = key.state == KeyState::Active || (is_own && !key.state.is_over());
        if signs && !seals {
            return Err(KeyRefusal::NoSealingKey);
        }
        Ok(())
    }

    /// Whether no key that waits could take the place of this one.
    fn needs_fresh(&self, stored: &[StoredKey], kid: &str) -> bool {
        let is = |state| move |key: &&StoredKey| key.state == state;
        let signs = stored
            .iter()
            .find(is(KeyState::Active))
            .is_some_and(|key| key.kid == kid);
        let next = stored.iter().find(is(KeyState::Next));
        signs && next.is_none_or(|next| self.open_key(next).is_none())
    }

    /// Revokes the key in an open transaction; the key that signs afterwards.
    async fn withdraw(
        &self,
        tx: &mut dyn Tx,
        stored: &[StoredKey],
        kid: &str,
        fresh: Option<&StoredKey>,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        const MOVED: Error = Error::Internal("a key changed its state while the key set was locked");
        let key = expect_key(stored, kid)?;
        // Doing it again is harmless, and tells again whoever was not told.
        if key.state != KeyState::Revoked
            && !tx
                .change_key_state(kid, key.state, KeyState::Revoked, now)
                .await?
        {
            return Err(MOVED);
        }
        let with = |state| stored.iter().find(move |key| key.state == state);
        if key.state != KeyState::Active {
            return Ok(with(KeyState::Active).map(|key| key.kid.clone()));
        }
        let (next, fresh) = match (with(KeyState::Next), fresh) {
            (Some(next), _) if self.open_key(next).is_some() => (Some(next), None),
            // Sealed with a key that is lost: it never signs.
            (Some(lost), fresh) => {
                if !tx
                    .change_key_state(&lost.kid, KeyState::Next, KeyState::Gone, now)
                    .await?
                {
                    return Err(MOVED);
                }
                (None, fresh)
            }
            (None, fresh) => (None, fresh),
        };
        match (next, fresh) {
            (Some(next), _) => {
                self.promote(tx, &next.kid, None, now).await?;
                Ok(Some(next.kid.clone()))
            }
            (None, Some(fresh)) if tx.insert_signing_key(fresh).await? => Ok(Some(fresh.kid.clone())),
            (None, _) => Err(Error::Internal(
                "no key takes the place of the one that is revoked",
            )),
        }
    }
}
