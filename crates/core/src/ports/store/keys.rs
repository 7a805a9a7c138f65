use async_trait::async_trait;

use super::Result;
use crate::domain::key::PublishedKey;

/// Public halves of the signing keys that nodes have published. Private keys are never stored.
#[async_trait]
pub trait Keys {
    /// Notes a published key; `false` if it is known.
    async fn insert_published_key(&mut self, key: &PublishedKey) -> Result<bool>;

    /// All known keys, oldest first.
    async fn list_published_keys(&mut self) -> Result<Vec<PublishedKey>>;
}
