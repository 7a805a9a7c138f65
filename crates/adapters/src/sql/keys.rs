use async_trait::async_trait;
use horizon_auth_core::domain::key::{Algorithm, PublishedKey};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Keys, Result, StoreError};

use super::conn::{HasConn, Sql};

#[async_trait]
impl<C: HasConn> Keys for Sql<C> {
    async fn insert_published_key(&mut self, key: &PublishedKey) -> Result<bool> {
        let inserted = sql!(
            execute,
            self,
            "INSERT INTO signing_keys (kid, algorithm, public_key, first_seen_at) VALUES ($1, $2, $3, $4)
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
                let Some(algorithm) = Algorithm::parse(&algorithm) else {
                    return Err(StoreError::corrupt("a signing key has an unknown algorithm"));
                };
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
}
