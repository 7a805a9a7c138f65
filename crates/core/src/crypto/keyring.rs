//! The key ring: at most one key to sign with, any number to verify with.

use std::sync::Arc;

pub use super::jwk::{Jwk, JwkParameters, Jwks};
pub use super::key_pem::{KeyError, normalize_pem};
pub use super::signing_key::{GeneratedKey, SigningKey};
pub use super::verifying_key::VerifyingKey;

/// The keys of a node, known by their ids. Never changes: rotation makes a new ring.
#[derive(Debug)]
pub struct KeyRing {
    signing: Option<Arc<SigningKey>>,
    others: Vec<VerifyingKey>,
    jwks: Jwks,
}

impl KeyRing {
    /// A ring that signs with `signing` and believes it and `also_verify`.
    ///
    /// A key given twice counts once.
    ///
    /// # Errors
    /// [`KeyError::NoKey`] without any key, [`KeyError::DuplicateKid`] if two different keys share an id.
    pub fn new(signing: Option<SigningKey>, also_verify: Vec<VerifyingKey>) -> Result<Self, KeyError> {
        if signing.is_none() && also_verify.is_empty() {
            return Err(KeyError::NoKey);
        }
        Self::shared(signing.map(Arc::new), also_verify)
    }

    /// The same with a signing key that another ring may hold too; it may have no key at all, before a
    /// node has read any.
    ///
    /// # Errors
    /// [`KeyError::DuplicateKid`] if two different keys share an id.
    pub fn shared(
        signing: Option<Arc<SigningKey>>,
        also_verify: Vec<VerifyingKey>,
    ) -> Result<Self, KeyError> {
        let mut others: Vec<VerifyingKey> = Vec::with_capacity(also_verify.len());
        for key in also_verify {
            let first = signing.as_deref().map(SigningKey::verifying_key);
            match first
                .into_iter()
                .chain(&others)
                .find(|known| known.kid() == key.kid())
            {
                None => others.push(key),
                Some(known) if known.spki_der() == key.spki_der() => {}
                Some(_) => return Err(KeyError::DuplicateKid),
            }
        }
        let first = signing.as_deref().map(SigningKey::verifying_key);
        let jwks = Jwks::render(first.into_iter().chain(&others).map(VerifyingKey::jwk))?;
        Ok(Self {
            signing,
            others,
            jwks,
        })
    }

    /// The key that signs; a node that only verifies has none.
    #[must_use]
    pub fn signing(&self) -> Option<&SigningKey> {
        self.signing.as_deref()
    }

    /// The same for another ring.
    #[must_use]
    pub fn share_signing(&self) -> Option<Arc<SigningKey>> {
        self.signing.clone()
    }

    /// The keys that only verify.
    #[must_use]
    pub fn others(&self) -> &[VerifyingKey] {
        &self.others
    }

    /// The key with this id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&VerifyingKey> {
        self.keys().find(|key| key.kid() == kid)
    }

    /// All keys, the signing one first.
    pub fn keys(&self) -> impl Iterator<Item = &VerifyingKey> {
        let first = self.signing.as_deref().map(SigningKey::verifying_key);
        first.into_iter().chain(&self.others)
    }

    /// The published key set.
    #[must_use]
    pub const fn jwks(&self) -> &Jwks {
        &self.jwks
    }
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;
