//! What an application asks of an authentication server that runs elsewhere.
//!
//! Whoever cannot get an answer must refuse: every error here is a 503.

use std::time::Duration;

use async_trait::async_trait;

use super::cache::CacheError;
use crate::domain::introspection::Introspection;
use crate::domain::revocation::TokenSubject;

/// A key set as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedSet {
    /// The JSON text.
    pub body: Vec<u8>,
    /// How long the server says that it may be kept.
    pub max_age: Option<Duration>,
}

/// Where a server publishes its keys.
#[async_trait]
pub trait KeySource: Send + Sync + std::fmt::Debug {
    /// Fetches the set.
    async fn fetch_keys(&self) -> Result<PublishedSet, CacheError>;
}

/// A server that tells which credentials are good (RFC 7662).
#[async_trait]
pub trait Introspector: Send + Sync + std::fmt::Debug {
    /// Asks about an access token or the secret of a session cookie; `None` if it is not good.
    async fn ask_about(&self, credential: &str) -> Result<Option<Introspection>, CacheError>;
}

/// The list of what is denied, as somebody sees it who does not write it.
#[async_trait]
pub trait DeniedTokens: Send + Sync + std::fmt::Debug {
    /// Whether the token is denied. An error if that cannot be known.
    async fn holds(&self, subject: &TokenSubject) -> Result<bool, CacheError>;
}
