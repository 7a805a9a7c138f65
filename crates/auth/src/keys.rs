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
    /// In production: a key that is printed somewhere as an example.
    #[error(
        "jwt.private_key: its private half can be read by everybody in {place}; make a key of your own with \
         `horizon-auth keys generate`"
    )]
    Example {
        /// Where.
        place: &'static str,
    },
    /// One setting holds an unusable key.
    #[error("{setting}: {source}")]
    Unusable {
        /// The setting.
        setting: &'static str,
        /// What is wrong with it.
        source: KeyError,
    },
}

/// Ids of keys whose private halves are printed somewhere, and where.
const EXAMPLES: [(&str, &str); 6] = [
    (
        "IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8",
        "RFC 7515, appendix A.2",
    ),
    (
        "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U",
        "RFC 7515, appendix A.3",
    ),
    (
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        "RFC 8037, appendix A",
    ),
    (
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        "RFC 7517, appendix A",
    ),
    ("EwfU88zJxux4TnY2a9G128d4AMmkkx8mSMTY3JWppVo", "jwt.io"),
    ("19J8y7Zprt2-QKLjF2I5pVk0OELX6cY2AfaAv1LC_w8", "jwt.io"),
];

/// Where the private half of the key with this id is printed as an example; `None` for those we do not know of.
#[must_use]
pub fn example_key(kid: &str) -> Option<&'static str> {
    let found = EXAMPLES.iter().find(|(known, _)| *known == kid);
    found.map(|(_, place)| *place)
}

/// Refuses keys that everybody has (decision D21).
pub(crate) fn refuse_examples(ring: &KeyRing) -> Result<(), KeysError> {
    match ring.keys().find_map(|key| example_key(key.kid())) {
        Some(place) => Err(KeysError::Example { place }),
        None => Ok(()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SecretText;

    /// RFC 8037, appendix A.1, as PKCS#8.
    const OF_THE_RFC: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

    #[test]
    fn a_key_that_everybody_can_read_is_refused_with_the_place() {
        let ring = key_ring(&KeySources {
            private_key: Some(SecretText::new(OF_THE_RFC.to_owned())),
            ..KeySources::default()
        })
        .unwrap();
        assert_eq!(
            refuse_examples(&ring).unwrap_err().to_string(),
            "jwt.private_key: its private half can be read by everybody in RFC 8037, appendix A; make a key of your \
             own with `horizon-auth keys generate`"
        );
        assert_eq!(example_key("something else"), None);
    }
}
