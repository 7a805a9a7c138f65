//! The sealed child of a refresh token, and the proof of a repeated request.
//!
//! Both hang on a key that only the holder of the parent secret can derive
//! (HKDF-SHA-256 of the parent), so the database alone opens nothing. One
//! parent has one child, so each derived key seals exactly one message and the
//! fixed nonce is safe (NIST SP 800-38D section 8.2: uniqueness per key).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroizing;

use super::CryptoError;
use crate::domain::refresh::{ReplayBox, RetryTag};
use crate::domain::token::{Refresh, Secret};

const SEAL: &[u8] = b"horizon-auth replay box v1";
const RETRY: &[u8] = b"horizon-auth retry tag v1";
const FAULT: CryptoError = CryptoError::new("replay key derivation failed");

/// Seals `child` so that it opens only with `parent`.
///
/// # Errors
/// Only if the cryptographic library fails.
pub fn seal(parent: &Secret<Refresh>, child: &Secret<Refresh>) -> Result<ReplayBox, CryptoError> {
    let mut text = child.reveal().as_bytes().to_vec();
    key(parent)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key([0; NONCE_LEN]),
            Aad::empty(),
            &mut text,
        )
        .map_err(|_| CryptoError::new("sealing failed"))?;
    Ok(ReplayBox(text))
}

/// Opens a box sealed with `parent`; `None` if it is not one.
///
/// # Errors
/// Only if the cryptographic library fails.
pub fn open(parent: &Secret<Refresh>, sealed: &ReplayBox) -> Result<Option<Secret<Refresh>>, CryptoError> {
    let mut bytes = Zeroizing::new(sealed.0.clone());
    let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
    let Ok(plain) = key(parent)?.open_in_place(nonce, Aad::empty(), &mut bytes) else {
        return Ok(None);
    };
    Ok(std::str::from_utf8(plain).ok().and_then(Secret::<Refresh>::parse))
}

/// The proof that a request carries this `Idempotency-Key` and the parent secret.
///
/// # Errors
/// Only if the cryptographic library fails.
pub fn retry_tag(parent: &Secret<Refresh>, idempotency_key: &str) -> Result<RetryTag, CryptoError> {
    let mut tag = [0; 32];
    derive(parent, &[RETRY, idempotency_key.as_bytes()], &mut tag)?;
    Ok(RetryTag(tag))
}

fn key(parent: &Secret<Refresh>) -> Result<LessSafeKey, CryptoError> {
    let mut bytes = Zeroizing::new([0; 32]);
    derive(parent, &[SEAL], bytes.as_mut())?;
    Ok(LessSafeKey::new(
        UnboundKey::new(&AES_256_GCM, bytes.as_ref()).map_err(|_| FAULT)?,
    ))
}

fn derive(parent: &Secret<Refresh>, info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
    let prk = Salt::new(HKDF_SHA256, &[]).extract(parent.reveal().as_bytes());
    prk.expand(info, Bytes32)
        .and_then(|okm| okm.fill(out))
        .map_err(|_| FAULT)
}

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Secret<Refresh> {
        Secret::from_random(&[byte; 32])
    }

    #[test]
    fn a_box_opens_only_with_its_parent() {
        let sealed = seal(&secret(1), &secret(2)).unwrap();
        let opened = open(&secret(1), &sealed).unwrap().unwrap();
        assert_eq!(opened.digest(), secret(2).digest());
        assert!(open(&secret(3), &sealed).unwrap().is_none());
        let mut damaged = sealed;
        damaged.0[0] ^= 1;
        assert!(open(&secret(1), &damaged).unwrap().is_none());
    }

    #[test]
    fn a_box_does_not_contain_the_child() {
        let sealed = seal(&secret(1), &secret(2)).unwrap();
        let child = secret(2);
        let text = child.reveal().as_bytes();
        assert!(
            !sealed
                .0
                .windows(8)
                .any(|window| text.windows(8).any(|part| part == window))
        );
    }

    #[test]
    fn a_retry_tag_depends_on_parent_and_key() {
        let tag = |parent, key| retry_tag(&secret(parent), key).unwrap();
        assert_eq!(tag(1, "a"), tag(1, "a"));
        assert_ne!(tag(1, "a"), tag(1, "b"));
        assert_ne!(tag(1, "a"), tag(2, "a"));
    }
}
