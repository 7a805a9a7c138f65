//! Passwords known from breaches, asked for by the first letters of their hash.

use async_trait::async_trait;

/// The list did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the list of breached passwords did not answer: {0}")]
pub struct BreachError(pub String);

/// A list of breached passwords in the manner of Have I Been Pwned: the caller
/// sends five hexadecimal digits of SHA-1 and compares the rest itself, so that
/// nobody learns the password (k-anonymity).
#[async_trait]
pub trait Breaches: Send + Sync + std::fmt::Debug {
    /// The other 35 digits, in upper case, of every listed hash that begins with `prefix`.
    async fn suffixes(&self, prefix: &str) -> Result<Vec<String>, BreachError>;
}
