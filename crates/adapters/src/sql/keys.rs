use async_trait::async_trait;
use horizon_auth_core::domain::key::{Algorithm, PublishedKey};
use horizon_auth_core::domain::key_state::{KeyState, SealedKey, StoredKey};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Keys, Result, StoreError};

use super::conn::{HasConn, Sql};

row! {
    struct KeyRow {
        kid: String,
        algorithm: String,
        public_key: Vec<u8>,
        first_seen_at: i64,
        state: String,
        changed_at: i64,
        sealed_private_key: Option<Vec<u8>>,
    }
}

// Keys belong to the whole database: no tenant has its own.
#[async_trait]
impl<C: HasConn> Keys for Sql<C> {
    async fn insert_published_key(&mut self, key: &PublishedKey) -> Result<bool> {
        let inserted = sql!(
            execute,
            self,
            "INSERT INTO signing_keys (kid, algorithm, public_key, first_seen_at, changed_at) VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (kid) DO NOTHING",
            key.kid.as_str(),
            key.algorithm.as_str(),
            key.public_key.as_slice(),
            key.first_seen_at.millis(),
        )?;
        Ok(inserted == 1)
    }

    async fn list_published_keys(&mut self) -> Result<Vec<PublishedKey>> {
        let rows = sql!(
            fetch_all(String, String, Vec<u8>, i64),
            self,
            "SELECT kid, algorithm, public_key, first_seen_at FROM signing_keys ORDER BY first_seen_at, kid",
        )?;
        rows.into_iter()
            .map(|(kid, algorithm, public_key, first_seen_at)| {
                let algorithm = known_algorithm(&algorithm)?;
                let first_seen_at = Timestamp::from_millis(first_seen_at);
                Ok(PublishedKey {
                    kid,
                    algorithm,
                    public_key,
                    first_seen_at,
                })
            })
            .collect()
    }

    async fn lock_key_set(&mut self) -> Result<i64> {
        let (made,) = sql!(
            fetch_one(i64,),
            self,
            "UPDATE outside_changes SET made = made + 1 WHERE topic = 'keys' RETURNING made",
        )?;
        Ok(made)
    }

    async fn find_key_set_version(&mut self) -> Result<i64> {
        let (made,) = sql!(
            fetch_one(i64,),
            self,
            "SELECT made FROM outside_changes WHERE topic = 'keys'",
        )?;
        Ok(made)
    }

    async fn list_signing_keys(&mut self) -> Result<Vec<StoredKey>> {
        let rows = sql!(
            fetch_all KeyRow,
            self,
            "SELECT kid, algorithm, public_key, first_seen_at, state, changed_at, sealed_private_key
               FROM signing_keys ORDER BY first_seen_at, kid",
        )?;
        rows.into_iter().map(StoredKey::try_from).collect()
    }

    async fn insert_signing_key(&mut self, key: &StoredKey) -> Result<bool> {
        // A key that was only published before has been so since then.
        let inserted = sql!(
            execute,
            self,
            "INSERT INTO signing_keys
                (kid, algorithm, public_key, first_seen_at, state, changed_at, sealed_private_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (kid) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at,
                sealed_private_key = excluded.sealed_private_key
              WHERE signing_keys.state = 'known'",
            key.kid.as_str(),
            key.algorithm.as_str(),
            key.public_key.as_slice(),
            key.first_seen_at.millis(),
            key.state.as_str(),
            key.changed_at.millis(),
            key.sealed.as_ref().map(|sealed| sealed.0.as_slice()),
        )?;
        Ok(inserted == 1)
    }

    async fn change_key_state(
        &mut self,
        kid: &str,
        from: KeyState,
        to: KeyState,
        now: Timestamp,
    ) -> Result<bool> {
        let changed = sql!(
            execute,
            self,
            "UPDATE signing_keys SET state = $3, changed_at = $4, sealed_private_key =
                CASE WHEN $3 IN ('next', 'active') THEN sealed_private_key ELSE NULL END
              WHERE kid = $1 AND state = $2",
            kid,
            from.as_str(),
            to.as_str(),
            now.millis(),
        )?;
        Ok(changed == 1)
    }
}

impl TryFrom<KeyRow> for StoredKey {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self> {
        let Some(state) = KeyState::parse(&row.state) else {
            return Err(StoreError::corrupt("a signing key is in an unknown state"));
        };
        Ok(Self {
            algorithm: known_algorithm(&row.algorithm)?,
            kid: row.kid,
            public_key: row.public_key,
            first_seen_at: Timestamp::from_millis(row.first_seen_at),
            state,
            changed_at: Timestamp::from_millis(row.changed_at),
            sealed: row.sealed_private_key.map(SealedKey),
        })
    }
}

fn known_algorithm(text: &str) -> Result<Algorithm> {
    Algorithm::parse(text).ok_or_else(|| StoreError::corrupt("a signing key has an unknown algorithm"))
}
