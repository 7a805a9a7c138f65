use async_trait::async_trait;

use super::Result;
use crate::domain::key::PublishedKey;
use crate::domain::key_state::{KeyState, StoredKey};
use crate::domain::time::Timestamp;

/// The signing keys of all nodes. Private halves are stored only sealed, and only while they may have to sign.
#[async_trait]
pub trait Keys {
    /// Notes a published key; `false` if it is known.
    async fn insert_published_key(&mut self, key: &PublishedKey) -> Result<bool>;

    /// All known keys, oldest first.
    async fn list_published_keys(&mut self) -> Result<Vec<PublishedKey>>;

    /// Waits until no other transaction changes keys, and keeps others waiting until this one has ended.
    /// Counts a change, if it is committed; its number.
    async fn lock_key_set(&mut self) -> Result<i64>;

    /// How often keys have been changed.
    async fn find_key_set_version(&mut self) -> Result<i64>;

    /// All keys with their states, oldest first.
    async fn list_signing_keys(&mut self) -> Result<Vec<StoredKey>>;

    /// Stores a key with its sealed private half; `false` if it is known as more than published.
    async fn insert_signing_key(&mut self, key: &StoredKey) -> Result<bool>;

    /// Moves a key from one state to another; `false` if it is not in the first. A key that will not sign
    /// any more loses its private half.
    async fn change_key_state(
        &mut self,
        kid: &str,
        from: KeyState,
        to: KeyState,
        now: Timestamp,
    ) -> Result<bool>;
}
