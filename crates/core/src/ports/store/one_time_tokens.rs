use async_trait::async_trait;

use super::Result;
use crate::domain::one_time::NewOneTimeToken;

/// One-time tokens.
#[async_trait]
pub trait OneTimeTokens {
    /// Stores a token; older ones of the same purpose keep working until one is used.
    async fn insert_one_time_token(&mut self, new: &NewOneTimeToken) -> Result<()>;
}
