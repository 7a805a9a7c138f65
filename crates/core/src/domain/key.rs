//! Public facts about signing keys, as storage and operators see them.

use std::fmt;

use super::time::Timestamp;

/// A signature algorithm of access tokens. There is no symmetric one (RFC 8725 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, keys of at least 2048 bits. The default.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// The `alg` header value (RFC 7518 section 3.1, RFC 8037 section 3.1).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm with that exact name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Rs256, Self::Es256, Self::EdDsa]
            .into_iter()
            .find(|alg| alg.as_str() == text)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A public key that some node has published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// `SubjectPublicKeyInfo`, DER.
    pub public_key: Vec<u8>,
    /// When a node first published it.
    pub first_seen_at: Timestamp,
}
