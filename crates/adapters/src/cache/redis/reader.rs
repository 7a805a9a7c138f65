//! The list of what is denied, for applications that do not write it.

use std::sync::Arc;

use async_trait::async_trait;
use horizon_auth_core::domain::revocation::TokenSubject;
use horizon_auth_core::ports::cache::CacheError;
use horizon_auth_core::ports::remote::DeniedTokens;

use super::link::Link;

/// Asks Redis about every token and writes nothing.
///
/// It needs the marker of servers whose `revocation.mode` is `per_request`: without it nobody can tell a token
/// that is not denied from a Redis that lost its keys, and nothing is answered.
#[derive(Debug)]
pub struct ReadOnlyDenylist {
    link: Arc<Link>,
}

impl ReadOnlyDenylist {
    /// Asks through this link.
    #[must_use]
    pub fn new(link: Arc<Link>) -> Self {
        Self { link }
    }
}

#[async_trait]
impl DeniedTokens for ReadOnlyDenylist {
    async fn holds(&self, subject: &TokenSubject) -> Result<bool, CacheError> {
        let (is_denied, is_loaded) = self.link.ask_about(subject).await.map_err(|error| {
            tracing::warn!(%error, "revocations cannot be looked up");
            CacheError("Redis does not tell what is denied")
        })?;
        if !is_loaded {
            tracing::warn!(
                "Redis has no mark of a server with revocation.mode = \"per_request\", or has lost its data"
            );
            return Err(CacheError("Redis may have lost revocations"));
        }
        Ok(is_denied)
    }
}
