//! Cryptography put to use: deterministic given key, entropy and time.
//!
//! Every primitive comes from a vetted crate; this module only decides which
//! bytes go in and what is believed of what comes out.

pub mod access_token;
mod der;
mod jwk;
mod argon2_engine;
mod hash_pool;
mod hash_workers;
pub mod jws;
mod key_pem;
pub mod keyring;
pub mod password_hasher;
pub mod replay;
mod signing_key;
mod verifying_key;
mod stored_hash;

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
