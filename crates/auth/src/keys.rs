//! Configured key texts to a key ring.

use std::sync::Arc;

use horizon_auth_adapters::system::SystemEntropy;
use horizon_auth_core::crypto::CryptoError;
use horizon_auth_core::crypto::keyring::{KeyError, KeyRing, SigningKey, VerifyingKey};
use horizon_auth_core::crypto::sealing::SealingKeys;
use zeroize::Zeroizing;

use crate::config::KeySources;

/// A configured key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// There is nothing to sign with.
    #[error(
        "jwt.private_key_file is missing: name the PEM file of the signing key; \
         make one with `horizon-auth keys generate`"
    )]
    NoSigningKey,
    /// One setting holds an unusable key.
    #[error("{setting}: {source}")]
    Unusable {
        /// The setting.
        setting: &'static str,
        /// What is wrong with it.
        source: KeyError,
    },
}

/// Parses and checks every configured key: size, algorithm, and that the public key fits the private one.
/// Where keys are changed in SQL, there need be none.
///
/// # Errors
/// [`KeysError`] with the setting and the reason, never with key material.
pub fn key_ring(sources: &KeySources) -> Result<KeyRing, KeysError> {
    let unusable = |setting| move |source| KeysError::Unusable { setting, source };
    if sources.private_key.is_none() && sources.sealing_keys.is_empty() {
        return Err(KeysError::NoSigningKey);
    }
    let private = sources.private_key.as_ref();
    let signing = private
        .map(|private| SigningKey::from_pem(private.reveal()))
        .transpose()
        .map_err(unusable("jwt.private_key"))?;
    if let (Some(signing), Some(public)) = (&signing, &sources.public_key) {
        let public = VerifyingKey::from_pem(public).map_err(unusable("jwt.public_key"))?;
        signing
            .expect_public(&public)
            .map_err(unusable("jwt.public_key"))?;
    }
    let extra = sources
        .extra_public_keys
        .iter()
        .map(|text| VerifyingKey::from_pem(text).map_err(unusable("jwt.extra_public_key_files")))
        .collect::<Result<_, _>>()?;
    KeyRing::shared(signing.map(Arc::new), extra).map_err(unusable("jwt.private_key"))
}

/// The text of a new file for `jwt.sealing_key_file`.
///
/// # Errors
/// The machine has no random bytes.
pub fn fresh_sealing_key() -> Result<Zeroizing<String>, CryptoError> {
    SealingKeys::fresh_line(&SystemEntropy)
}
