//! Cryptography put to use: deterministic given key, entropy and time.
//!
//! Every primitive comes from a vetted crate; this module only decides which
//! bytes go in and what is believed of what comes out.

pub mod access_token;
mod argon2_engine;
pub mod csrf;
mod der;
mod foreign_hash;
mod hash_pool;
mod hash_workers;
mod jwk;
pub mod jwk_set;
pub mod jws;
mod key_pem;
pub mod keyring;
pub mod password_hasher;
pub mod pepper;
pub mod replay;
pub mod sealing;
mod signing_key;
mod stored_hash;
mod verifying_key;

pub use stored_hash::pepper_of;

/// A primitive failed where it cannot fail with the inputs we give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CryptoError(&'static str);

impl CryptoError {
    /// An error with a fixed reason; never built from data.
    #[must_use]
    pub const fn new(reason: &'static str) -> Self {
        Self(reason)
    }

    /// The reason.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        self.0
    }
}
