//! The database was restored from a backup: whatever came back with it ends.

use crate::auth::Auth;
use crate::crypto::keyring::{SigningKey, VerifyingKey};
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::{Fingerprint, LifeId};
use crate::domain::key::Algorithm;
use crate::domain::key_state::{KeyRefusal, KeyState, StoredKey};
use crate::domain::revocation::{Revocation, Revoked};
use crate::domain::session::EndReason;
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::flows::revoke_key::DENIED;
use crate::ports::store::Tx;

const MAY_BE_SENT: &str = "given up after a restore: it may have been sent already";

/// What was done about a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreSettled {
    /// When the newest event of the backup was written; what happened later is lost.
    pub newest_event_at: Option<Timestamp>,
    /// Sessions that were ended.
    pub sessions: u64,
    /// One-time links that were withdrawn.
    pub links: u64,
    /// Mails that were given up.
    pub mails: u64,
    /// Users and tenants whose access tokens were cut off.
    pub users: u64,
    /// See [`RestoreSettled::users`].
    pub tenants: usize,
    /// Keys that were revoked.
    pub revoked_keys: Vec<String>,
    /// The fresh key that signs from now on; `None` where the configured one does.
    pub signs: Option<String>,
    /// Keys that are believed because the configuration names them.
    pub configured_keys: Vec<String>,
}

impl Auth {
    /// Makes everything worthless that was issued before: access tokens of this database or of one that is lost,
    /// refresh tokens, session cookies, links, and keys that the database brought back. Nobody may serve the
    /// database meanwhile; doing it again is harmless.
    ///
    /// A token that was issued after the backup is unknown here, and so is by whom and for whom. So nothing is
    /// looked for: a new life begins, whose name every token must carry.
    ///
    /// # Errors
    /// [`Error::Keys`] if keys of the database would need a sealing key; `unavailable`: of the cache after
    /// everything was stored, so do it again; `internal`.
    pub async fn settle_restore(&self, client: &Client) -> Result<RestoreSettled, Error> {
        let now = self.now();
        let fresh = self.key_of_new_life(now).await?;
        let life = LifeId::mint(now, self.random()?);
        let mut tx = self.store().begin().await?;
        tx.replace_life(life, now).await?;
        let newest_event_at = tx.find_newest_event_at().await?;
        let revoked_keys = self.replace_keys(&mut *tx, fresh.as_ref(), now).await?;
        // Above whatever was counted since the backup, as long as nobody logs out a thousand times a second. Redis
        // may remember cut-offs of then, which must not hit the tokens of now.
        let floor = now.millis();
        let users = tx.raise_user_epochs(floor).await?;
        let tenants = tx.raise_tenant_epochs(floor).await?;
        let settled = RestoreSettled {
            newest_event_at,
            sessions: tx.revoke_all_sessions(EndReason::Restore, now).await?,
            links: tx.revoke_all_one_time_tokens(now).await?,
            mails: tx.bury_all_mails(now, MAY_BE_SENT).await?,
            users,
            tenants: tenants.len(),
            signs: fresh.map(|key| key.kid),
            configured_keys: self.configured_keys(&revoked_keys),
            revoked_keys,
        };
        // The new life alone is enough for nodes. These are for those who only see Redis.
        let default = &self.policy().default_tenant;
        let of_keys = settled.revoked_keys.iter().map(|kid| Revocation {
            tenant: default.clone(),
            what: Revoked::Key(Fingerprint::of(kid)),
            expires_at: now + DENIED,
        });
        let of_tenants = tenants.iter().map(|(tenant, min_epoch)| {
            let what = Revoked::Tenant {
                tenant: tenant.fingerprint(),
                min_epoch: *min_epoch,
            };
            self.revocation(tenant, what, now)
        });
        let revocations = of_keys.chain(of_tenants).collect();
        let event = self.event(Event::DatabaseRestored, default, client, now)?;
        let told = self.commit_revoking(tx, revocations, event).await;
        if let Some(cache) = self.cache() {
            // A node that was forgotten and reaches only Redis loses its stream, and with it the right to decide.
            cache.forget_revocations().await?;
        }
        told?;
        Ok(settled)
    }

    /// A key for the new life, where keys are changed in SQL.
    async fn key_of_new_life(&self, now: Timestamp) -> Result<Option<StoredKey>, Error> {
        let stored = self.store().db().await?.list_signing_keys().await?;
        let active = stored.iter().find(|key| key.state == KeyState::Active);
        if self.tokens().sealing_keys().is_empty() {
            return match active {
                Some(active) => Err(KeyRefusal::SealingKeyNeeded {
                    active: active.kid.clone(),
                }
                .into()),
                None => Ok(None),
            };
        }
        let configured = self.tokens().configured().share_signing();
        let algorithm = active
            .map(|key| key.algorithm)
            .or_else(|| configured.map(|key| key.algorithm()));
        let key = self.fresh_key(algorithm.unwrap_or(Algorithm::Rs256)).await?;
        self.sealed_key(&key, KeyState::Active, now).map(Some)
    }

    /// Revokes every key that the database has and the configuration does not name: any of them may have been
    /// revoked since the backup, because somebody else has it.
    async fn replace_keys(
        &self,
        tx: &mut dyn Tx,
        fresh: Option<&StoredKey>,
        now: Timestamp,
    ) -> Result<Vec<String>, Error> {
        tx.lock_key_set().await?;
        let configured = self.tokens().configured();
        let mut revoked = Vec::new();
        for key in tx.list_signing_keys().await? {
            let is_configured = configured.find(&key.kid).is_some();
            if key.state.is_over() || (is_configured && !key.state.is_managed()) {
                continue;
            }
            if !tx
                .change_key_state(&key.kid, key.state, KeyState::Revoked, now)
                .await?
            {
                return Err(Error::Internal(
                    "a key changed its state while the key set was locked",
                ));
            }
            revoked.push(key.kid);
        }
        if let Some(fresh) = fresh
            && !tx.insert_signing_key(fresh).await?
        {
            return Err(Error::Internal("a fresh key is known already"));
        }
        Ok(revoked)
    }

    /// The keys that nodes with this configuration believe all the same.
    fn configured_keys(&self, revoked: &[String]) -> Vec<String> {
        let configured = self.tokens().configured();
        // Where keys are changed in SQL, the configured one signs only if SQL says so.
        let replaced = configured
            .signing()
            .map(SigningKey::kid)
            .filter(|_| !self.tokens().sealing_keys().is_empty());
        configured
            .keys()
            .map(VerifyingKey::kid)
            .filter(|kid| replaced != Some(*kid) && !revoked.iter().any(|gone| gone == kid))
            .map(str::to_owned)
            .collect()
    }
}
