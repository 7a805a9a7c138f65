//! Peppers: keys that a password hash needs besides what the database holds (decision D13).
//!
//! Whoever steals only the database cannot try passwords. Each key has a
//! number, which a hash names, so that keys can be changed while old hashes live.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::CryptoError;
use crate::domain::session::IpHash;
use crate::ports::entropy::{Entropy, EntropyError};

/// What the key of addresses is derived for.
const ADDRESS_INFO: &[u8] = b"horizon-auth ip hash v1";
/// Fewest bytes of a key.
const SHORTEST: usize = 32;
/// Most bytes of a key; more would only be hashed down.
const LONGEST: usize = 128;
/// Most keys that are kept.
const MOST: usize = 64;

/// Keys by number. New hashes use the first; the others verify hashes made with them.
///
/// `Debug` shows the numbers, never a key.
#[derive(Clone, Default)]
pub struct Peppers(Arc<[Pepper]>);

struct Pepper {
    version: u16,
    key: Zeroizing<Vec<u8>>,
}

impl Peppers {
    /// Reads `VERSION:BASE64` items separated by commas or line ends. Empty
    /// lines and those that begin with `#` are passed over.
    ///
    /// # Errors
    /// What is wrong, without any of the text.
    pub fn parse(text: &str) -> Result<Self, CryptoError> {
        let mut peppers: Vec<Pepper> = Vec::new();
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        for item in lines.flat_map(|line| line.split(',')).map(str::trim) {
            if item.is_empty() {
                continue;
            }
            let pepper = Pepper::parse(item)?;
            if peppers.iter().any(|other| other.version == pepper.version) {
                return Err(CryptoError::new("two peppers have the same version"));
            }
            peppers.push(pepper);
        }
        match peppers.len() {
            0 => Err(CryptoError::new("there is no pepper in it")),
            1..=MOST => Ok(Self(peppers.into())),
            _ => Err(CryptoError::new("there are more than 64 peppers")),
        }
    }

    /// The version that new hashes use.
    #[must_use]
    pub fn current(&self) -> Option<u16> {
        self.0.first().map(|pepper| pepper.version)
    }

    /// Whether there is a key of this version.
    pub(super) fn knows(&self, version: u16) -> bool {
        self.versions().any(|known| known == version)
    }

    /// Every version, in the order given.
    pub fn versions(&self) -> impl Iterator<Item = u16> {
        self.0.iter().map(|pepper| pepper.version)
    }

    /// One line of a pepper file with a fresh key, numbered above every version here.
    ///
    /// # Errors
    /// The machine has no random bytes, or the highest number is taken.
    pub fn fresh_line(&self, entropy: &dyn Entropy) -> Result<Zeroizing<String>, CryptoError> {
        let version = self.versions().max().unwrap_or(0).checked_add(1);
        let version = version.ok_or(CryptoError::new("the highest version, 65535, is taken"))?;
        let mut key = Zeroizing::new([0; SHORTEST]);
        entropy
            .fill(&mut *key)
            .map_err(|EntropyError| CryptoError::new("the operating system gave no random bytes"))?;
        let encoded = Zeroizing::new(STANDARD.encode(*key));
        Ok(Zeroizing::new(format!("{version}:{}\n", encoded.as_str())))
    }

    /// What Argon2 gets instead of the password; `None` if this version is not known.
    pub(super) fn apply(&self, version: u16, password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let pepper = self.0.iter().find(|pepper| pepper.version == version)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &pepper.key);
        Some(Zeroizing::new(hmac::sign(&key, password).as_ref().to_vec()))
    }
}

impl Peppers {
    /// Stands for an address in the database: HMAC-SHA-256 under a key of its own, derived from the first
    /// pepper (HKDF-SHA-256). `None` without a pepper: an unkeyed hash of an address hides nothing.
    #[must_use]
    pub fn hash_address(&self, address: IpAddr) -> Option<IpHash> {
        let pepper = self.0.first()?;
        let mut key = Zeroizing::new([0; 32]);
        Salt::new(HKDF_SHA256, &[])
            .extract(&pepper.key)
            .expand(&[ADDRESS_INFO], HKDF_SHA256)
            .and_then(|okm| okm.fill(key.as_mut()))
            .ok()?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_ref());
        let tag = match address.to_canonical() {
            IpAddr::V4(address) => hmac::sign(&key, &address.octets()),
            IpAddr::V6(address) => hmac::sign(&key, &address.octets()),
        };
        let mut hash = [0; 32];
        hash.copy_from_slice(tag.as_ref());
        Some(IpHash(hash))
    }
}

impl fmt::Debug for Peppers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Peppers ")?;
        f.debug_list().entries(self.versions()).finish()
    }
}

impl Pepper {
    fn parse(item: &str) -> Result<Self, CryptoError> {
        const FORM: CryptoError = CryptoError::new("a pepper is not of the form VERSION:BASE64");
        let (version, key) = item.split_once(':').ok_or(FORM)?;
        let version = read_version(version).ok_or(CryptoError::new(
            "the version of a pepper is not a whole number from 1 to 65535",
        ))?;
        let key = STANDARD.decode(key).map(Zeroizing::new).map_err(|_| FORM)?;
        match key.len() {
            SHORTEST..=LONGEST => Ok(Self { version, key }),
            0..SHORTEST => Err(CryptoError::new("a pepper has fewer than 32 bytes")),
            _ => Err(CryptoError::new("a pepper has more than 128 bytes")),
        }
    }
}

/// Digits without a leading zero, so that a version is written in one way only.
pub(super) fn read_version(text: &str) -> Option<u16> {
    let canonical = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    canonical.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
#[path = "pepper_tests.rs"]
mod tests;
