//! Private signing keys as the database may hold them: sealed.
//!
//! AES-256-GCM under a key that is not in the database, with a fresh random nonce each time; so few
//! keys are ever sealed that nonces cannot meet (NIST SP 800-38D section 8.3). What a box is for,
//! the key's id and its algorithm, is authenticated with it: a box in another row does not open.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::CryptoError;
use super::signing_key::SigningKey;
use crate::domain::key::Algorithm;
use crate::domain::key_state::SealedKey;
use crate::ports::entropy::{Entropy, EntropyError};

/// What a box is for, before the key's own names.
const PURPOSE: &str = "horizon-auth signing key v1";
/// Bytes of a sealing key.
const LENGTH: usize = 32;
/// Most keys that are kept.
const MOST: usize = 8;
/// Room for the authentication tag.
const TAG: usize = 16;

/// Keys that seal and open private keys. The first seals; all of them open, so that they can be changed.
///
/// `Debug` shows how many there are, never one.
#[derive(Clone, Default)]
pub struct SealingKeys(Arc<[LessSafeKey]>);

impl SealingKeys {
    /// Reads base64 of 32 bytes each, separated by commas or line ends. Empty lines and those that begin
    /// with `#` are passed over.
    ///
    /// # Errors
    /// What is wrong, without any of the text.
    pub fn parse(text: &str) -> Result<Self, CryptoError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let items = lines.flat_map(|line| line.split(',')).map(str::trim);
        let keys: Vec<LessSafeKey> = items
            .filter(|item| !item.is_empty())
            .map(parse_one)
            .collect::<Result<_, _>>()?;
        match keys.len() {
            0 => Err(CryptoError::new("there is no sealing key in it")),
            1..=MOST => Ok(Self(keys.into())),
            _ => Err(CryptoError::new("there are more than 8 sealing keys")),
        }
    }

    /// The line of a fresh key.
    ///
    /// # Errors
    /// The machine has no random bytes.
    pub fn fresh_line(entropy: &dyn Entropy) -> Result<Zeroizing<String>, CryptoError> {
        let mut key = Zeroizing::new([0; LENGTH]);
        entropy.fill(&mut *key).map_err(|EntropyError| NO_RANDOM_BYTES)?;
        let encoded = Zeroizing::new(STANDARD.encode(*key));
        Ok(Zeroizing::new(format!("{}\n", encoded.as_str())))
    }

    /// Whether there is none: private keys can be neither stored nor read then.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Seals the private half of a key.
    ///
    /// # Errors
    /// There is no sealing key, the machine has no random bytes, or the library fails.
    pub fn seal(&self, key: &SigningKey, entropy: &dyn Entropy) -> Result<SealedKey, CryptoError> {
        let sealing = self
            .0
            .first()
            .ok_or(CryptoError::new("there is no sealing key"))?;
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce).map_err(|EntropyError| NO_RANDOM_BYTES)?;
        let plain = key.to_pkcs8().map_err(|_| FAULT)?;
        // Room first, so that growing leaves no copy of the key behind; sealed in place, nothing is left.
        let mut text = Vec::with_capacity(plain.len() + TAG);
        text.extend_from_slice(&plain);
        let context = context(key.kid(), key.algorithm());
        sealing
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context.as_bytes()),
                &mut text,
            )
            .map_err(|_| FAULT)?;
        Ok(SealedKey([&nonce[..], &text].concat()))
    }

    /// Opens the private half of the key with this id; `None` if it was sealed with another sealing key,
    /// for another row, or is damaged.
    #[must_use]
    pub fn open(&self, sealed: &SealedKey, kid: &str, algorithm: Algorithm) -> Option<SigningKey> {
        let (nonce, text) = sealed.0.split_at_checked(NONCE_LEN)?;
        let context = context(kid, algorithm);
        self.0.iter().find_map(|sealing| {
            let mut bytes = Zeroizing::new(text.to_vec());
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let plain = sealing
                .open_in_place(nonce, Aad::from(context.as_bytes()), &mut bytes)
                .ok()?;
            let key = SigningKey::from_pkcs8(plain).ok()?;
            (key.kid() == kid && key.algorithm() == algorithm).then_some(key)
        })
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKeys({})", self.0.len())
    }
}

fn parse_one(item: &str) -> Result<LessSafeKey, CryptoError> {
    const FORM: CryptoError = CryptoError::new("a sealing key is not base64 of 32 bytes");
    let bytes = STANDARD.decode(item).map(Zeroizing::new).map_err(|_| FORM)?;
    if bytes.len() != LENGTH {
        return Err(FORM);
    }
    let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| FAULT)?;
    Ok(LessSafeKey::new(key))
}

fn context(kid: &str, algorithm: Algorithm) -> String {
    // Neither holds a space: no two keys have one context.
    format!("{PURPOSE} {algorithm} {kid}")
}

const FAULT: CryptoError = CryptoError::new("a private key could not be sealed");
const NO_RANDOM_BYTES: CryptoError = CryptoError::new("the operating system gave no random bytes");

#[cfg(test)]
#[path = "sealing_tests.rs"]
mod tests;
