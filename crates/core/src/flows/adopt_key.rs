//! The step of the start that makes SQL decide which key signs.

use std::sync::Arc;

use crate::auth::Auth;
use crate::crypto::keyring::SigningKey;
use crate::domain::key::{Algorithm, PublishedKey};
use crate::domain::key_state::{KeyRefusal, KeyState, StoredKey};
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::ports::store::Tx;

impl Auth {
    /// Notes the configured keys that this node publishes.
    pub(super) async fn publish_configured(&self, tx: &mut dyn Tx, now: Timestamp) -> Result<(), Error> {
        let configured = self.tokens().configured();
        let own = configured.signing().map(SigningKey::verifying_key);
        // With a sealing key the private one is not published unless it is adopted.
        let own = own.filter(|_| self.tokens().sealing_keys().is_empty());
        for key in own.into_iter().chain(configured.others()) {
            let published = PublishedKey {
                kid: key.kid().to_owned(),
                algorithm: key.algorithm(),
                public_key: key.spki_der().to_vec(),
                first_seen_at: now,
            };
            if tx.insert_published_key(&published).await? {
                tracing::info!(kid = key.kid(), algorithm = %key.algorithm(), "publishing a new key");
            }
        }
        Ok(())
    }

    /// Makes the configured key the active one of the database if there is none, or refuses to start where
    /// this node could not sign, or would sign with a key that nobody believes.
    pub(super) async fn adopt_key(&self, now: Timestamp) -> Result<(), Error> {
        let stored = self.store().db().await?.list_signing_keys().await?;
        self.expect_usable(&stored)?;
        if self.tokens().sealing_keys().is_empty() || has_active(&stored) {
            return Ok(());
        }
        let key = match self.tokens().configured().share_signing() {
            Some(key) => key,
            None => Arc::new(self.fresh_key(Algorithm::Rs256).await?),
        };
        let adopted = self.sealed_key(&key, KeyState::Active, now)?;
        let mut tx = self.store().begin().await?;
        tx.lock_key_set().await?;
        if has_active(&tx.list_signing_keys().await?) {
            return Ok(()); // another node was first, and has published its key
        }
        if !tx.insert_signing_key(&adopted).await? {
            return Err(Error::Internal("the configured key could not be adopted"));
        }
        tx.commit().await?;
        tracing::info!(kid = adopted.kid, algorithm = %adopted.algorithm, "signing with this key from now on");
        Ok(())
    }

    fn expect_usable(&self, stored: &[StoredKey]) -> Result<(), KeyRefusal> {
        let configured = self.tokens().configured().share_signing();
        let own = configured.as_ref().map(|key| key.kid());
        let seals = !self.tokens().sealing_keys().is_empty();
        let active = stored.iter().find(|key| key.state == KeyState::Active);
        let over = stored
            .iter()
            .find(|key| key.state.is_over() && own == Some(key.kid.as_str()));
        match (active, over) {
            (Some(active), _) if !seals && own != Some(active.kid.as_str()) => {
                Err(KeyRefusal::SealingKeyNeeded {
                    active: active.kid.clone(),
                })
            }
            (Some(active), _) if seals && self.open_key(active).is_none() => {
                Err(KeyRefusal::OtherSealingKey {
                    kid: active.kid.clone(),
                })
            }
            (Some(active), _) => {
                if let Some(kid) = own.filter(|kid| *kid != active.kid) {
                    tracing::warn!(
                        kid,
                        active = active.kid,
                        "jwt.private_key is not used: keys of this database are changed in SQL; \
                         the setting can be removed"
                    );
                }
                Ok(())
            }
            (None, Some(over)) => Err(KeyRefusal::Over {
                kid: over.kid.clone(),
                state: over.state,
                since: over.changed_at,
            }),
            (None, None) => Ok(()),
        }
    }

    /// A new key. Making one for RSA takes a while, so not on a thread that serves.
    pub(super) async fn fresh_key(&self, algorithm: Algorithm) -> Result<SigningKey, Error> {
        let made = tokio::task::spawn_blocking(move || {
            let made = SigningKey::generate(algorithm)?;
            SigningKey::from_pem(&made.private_pem)
        });
        match made.await {
            Ok(Ok(key)) => Ok(key),
            Ok(Err(_)) | Err(_) => Err(Error::Internal("no key could be made")),
        }
    }

    /// A key as SQL stores it.
    pub(super) fn sealed_key(
        &self,
        key: &SigningKey,
        state: KeyState,
        now: Timestamp,
    ) -> Result<StoredKey, Error> {
        Ok(StoredKey {
            kid: key.kid().to_owned(),
            algorithm: key.algorithm(),
            public_key: key.verifying_key().spki_der().to_vec(),
            first_seen_at: now,
            state,
            changed_at: now,
            sealed: Some(self.tokens().sealing_keys().seal(key, self.entropy())?),
        })
    }
}

fn has_active(stored: &[StoredKey]) -> bool {
    stored.iter().any(|key| key.state == KeyState::Active)
}
