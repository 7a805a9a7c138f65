//! Unpredictable bytes.

/// The source had no bytes to give. Nothing secret may be made then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no random bytes available")]
pub struct EntropyError;

/// A cryptographically secure source of random bytes.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    /// Fills `buffer` completely.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError>;
}
