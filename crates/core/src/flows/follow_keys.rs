//! The step that keeps a node's keys equal to SQL, the truth about them.

use std::sync::Arc;

use crate::auth::Auth;
use crate::crypto::access_token::AccessTokens;
use crate::crypto::keyring::{KeyRing, SigningKey, VerifyingKey};
use crate::domain::audit::AuditRow;
use crate::domain::key_state::{KeyState, StoredKey};
use crate::error::Error;
use crate::key_watch::Known;
use crate::ports::cache::CacheError;
use crate::ports::store::{StoreError, Tx};

const NOTHING_TO_SIGN_WITH: CacheError = CacheError("this node cannot open the key that signs now");
const NOT_CONFIRMED: CacheError = CacheError("the keys have not been compared with SQL for too long");

impl Auth {
    /// Reads the keys again if they have changed, and notes that they are current.
    pub(super) async fn follow_keys(&self) -> Result<(), Error> {
        let mut known = self.keys().turn().await;
        self.read_keys(&mut known).await
    }

    /// Makes certain that the key this node would sign with is the one of SQL. Without a look at SQL if
    /// there has been one in the last seconds; before something is stored that only a token makes useful.
    pub(super) async fn ready_to_sign(&self) -> Result<(), Error> {
        if !self.keys().is_confirmed(self.now()) {
            self.follow_keys().await?;
        }
        match self.tokens().ring().signing() {
            Some(_) => Ok(()),
            None => Err(NOTHING_TO_SIGN_WITH.into()),
        }
    }

    /// Commits a change of keys, and takes it up. A server that runs beside this engine confirms that it has.
    pub(super) async fn commit_key_change(&self, tx: Box<dyn Tx>, row: AuditRow) -> Result<(), Error> {
        if self.outside().is_outsider() {
            return self.commit_revoking(tx, Vec::new(), row).await;
        }
        self.commit(tx, row).await?;
        self.follow_keys().await
    }

    /// Looks for a key that `token` names and `seen` lacks; whether the token is worth another try.
    ///
    /// Tokens that anybody can make up cause at most one look a second, and requests that come
    /// meanwhile share it. Only a ring that is known to be whole says that there is no such key.
    pub(super) async fn look_for_key(&self, seen: &Arc<KeyRing>, token: &str) -> Result<bool, Error> {
        if !AccessTokens::names_unknown_key(seen, token) {
            return Ok(false);
        }
        let mut known = self.keys().turn().await;
        if !Arc::ptr_eq(seen, &self.tokens().ring()) {
            return Ok(true);
        }
        let now = self.now();
        if known.may_look(now) {
            self.read_keys(&mut known).await?;
            return Ok(true);
        }
        if self.keys().is_confirmed(now) {
            return Ok(false);
        }
        Err(NOT_CONFIRMED.into())
    }

    /// The number is read before the keys are: whatever it counts is in them.
    async fn read_keys(&self, known: &mut Known) -> Result<(), Error> {
        let now = self.now();
        let mut db = self.store().db().await?;
        let version = db.find_key_set_version().await?;
        if known.version != Some(version) {
            let stored = db.list_signing_keys().await?;
            drop(db);
            self.tokens().replace_ring(self.ring_of(&stored)?);
            known.stored = stored;
            known.version = Some(version);
        }
        self.keys().confirm(now);
        Ok(())
    }

    /// What SQL says, and beside it the configured keys of which it knows nothing bad.
    fn ring_of(&self, stored: &[StoredKey]) -> Result<KeyRing, Error> {
        let configured = self.tokens().configured();
        let is_over = |kid: &str| stored.iter().any(|key| key.kid == kid && key.state.is_over());
        let active = stored.iter().find(|key| key.state == KeyState::Active);
        let signing = match active {
            Some(key) => self.signing_half(key),
            None if self.tokens().sealing_keys().is_empty() => {
                configured.share_signing().filter(|key| !is_over(key.kid()))
            }
            None => None,
        };
        if let (Some(key), None) = (active, &signing) {
            tracing::error!(
                kid = key.kid,
                "this node cannot open the key that signs now, and issues no tokens: configure the \
                 jwt.sealing_key_file of the other nodes"
            );
        }
        let mut others = Vec::new();
        for key in stored.iter().filter(|key| key.state.is_managed()) {
            others.push(public_half(key)?);
        }
        let extra = configured.others().iter().filter(|key| !is_over(key.kid()));
        others.extend(extra.cloned());
        KeyRing::shared(signing, others).map_err(|error| StoreError::Corrupt(Box::new(error)).into())
    }

    /// The private half of the active key, opened only when another key was active before.
    fn signing_half(&self, key: &StoredKey) -> Option<Arc<SigningKey>> {
        let tokens = self.tokens();
        let at_hand = [tokens.ring().share_signing(), tokens.configured().share_signing()];
        let at_hand = at_hand.into_iter().flatten().find(|hand| hand.kid() == key.kid);
        at_hand.or_else(|| self.open_key(key).map(Arc::new))
    }

    /// The private half as stored; `None` if it does not open with the sealing keys of this node.
    pub(super) fn open_key(&self, key: &StoredKey) -> Option<SigningKey> {
        let sealed = key.sealed.as_ref()?;
        self.tokens().sealing_keys().open(sealed, &key.kid, key.algorithm)
    }
}

/// The public half as stored, which must be the key that the row says it is.
fn public_half(key: &StoredKey) -> Result<VerifyingKey, StoreError> {
    let public =
        VerifyingKey::from_spki_der(&key.public_key).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
    if public.kid() == key.kid && public.algorithm() == key.algorithm {
        Ok(public)
    } else {
        Err(StoreError::corrupt("a signing key is not the one its row names"))
    }
}
