//! Public keys: parsed once, checked for strength, known by their thumbprint.

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};

use super::CryptoError;
use super::der;
use super::jwk::{Jwk, JwkParameters};
use super::jws;
use super::key_pem::{self, KeyError, Label};
use crate::domain::key::Algorithm;

/// A public key, pinned to one algorithm.
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    bits: usize,
    jwk: Jwk,
    header: String,
    spki: Vec<u8>,
    parsed: ParsedPublicKey,
}

impl VerifyingKey {
    /// Reads `PUBLIC KEY` or `RSA PUBLIC KEY`, in any form that [`normalize_pem`](super::keyring::normalize_pem) knows.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong and how to repair it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (label, document) = key_pem::read(text)?;
        match label {
            Label::Spki => Self::from_spki_der(&document),
            Label::Pkcs1Public => Self::from_rsa(&document),
            Label::Pkcs8 | Label::Pkcs1Private | Label::Sec1 => Err(KeyError::PublicExpected),
        }
    }

    /// Reads a DER `SubjectPublicKeyInfo`, for example one that another node has published.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong and how to repair it.
    pub fn from_spki_der(document: &[u8]) -> Result<Self, KeyError> {
        let info = der::public_key_info(document).ok_or(KeyError::Malformed)?;
        match algorithm_of(info.oid, info.parameters)? {
            Algorithm::Rs256 => Self::from_rsa(info.key),
            Algorithm::Es256 => {
                let [4, point @ ..] = info.key else {
                    return Err(KeyError::UnsupportedKind("an EC key with a compressed point"));
                };
                let (x, y) = point.split_at_checked(COORDINATE).ok_or(KeyError::Malformed)?;
                Self::new(Algorithm::Es256, 256, JwkParameters::p256(x, y), document)
            }
            Algorithm::EdDsa => Self::new(Algorithm::EdDsa, 256, JwkParameters::ed25519(info.key), document),
        }
    }

    fn from_rsa(document: &[u8]) -> Result<Self, KeyError> {
        let (n, e) = der::rsa_public_key(document).ok_or(KeyError::Malformed)?;
        let bits = check_rsa(n, e)?;
        // Through the library, so that one key has one SubjectPublicKeyInfo whatever it came from.
        let spki = rsa::PublicKey::from_der(document).map_err(|_| KeyError::Malformed)?;
        let spki = spki.as_der().map_err(|_| KeyError::Library)?;
        Self::new(Algorithm::Rs256, bits, JwkParameters::rsa(n, e), spki.as_ref())
    }

    fn new(algorithm: Algorithm, bits: usize, numbers: JwkParameters, spki: &[u8]) -> Result<Self, KeyError> {
        let parsed = match algorithm {
            Algorithm::Rs256 => ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki),
            Algorithm::Es256 => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, spki),
            Algorithm::EdDsa => ParsedPublicKey::new(&ED25519, spki),
        };
        let jwk = Jwk::new(algorithm, numbers);
        Ok(Self {
            algorithm,
            bits,
            header: jws::encode_header(algorithm, &jwk.kid),
            jwk,
            spki: spki.to_vec(),
            parsed: parsed.map_err(|_| KeyError::Malformed)?,
        })
    }

    /// RFC 7638 thumbprint, base64url.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.jwk.kid
    }

    /// The only algorithm that this key verifies.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Size of the key.
    #[must_use]
    pub const fn bits(&self) -> usize {
        self.bits
    }

    /// The key as JSON.
    #[must_use]
    pub const fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// `SubjectPublicKeyInfo`, DER.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// `SubjectPublicKeyInfo`, PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        key_pem::write("PUBLIC KEY", &self.spki).to_string()
    }

    /// The encoded header of every token that this product signs with the key.
    pub(super) fn header(&self) -> &str {
        &self.header
    }

    /// Whether `signature` is this key's over `message`.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        self.parsed
            .verify_sig(message, signature)
            .map_err(|_| CryptoError::new("wrong signature"))
    }

    #[cfg(test)]
    pub(super) fn claim_kid(&mut self, kid: &str) {
        kid.clone_into(&mut self.jwk.kid);
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("kid", &self.kid())
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// The algorithm that keys of this kind are used with.
pub(super) fn algorithm_of(oid: &[u8], parameters: &[u8]) -> Result<Algorithm, KeyError> {
    match oid {
        der::OID_RSA => Ok(Algorithm::Rs256),
        der::OID_EC if der::is_p256(parameters) => Ok(Algorithm::Es256),
        der::OID_ED25519 => Ok(Algorithm::EdDsa),
        der::OID_EC => Err(OTHER_CURVE),
        der::OID_RSA_PSS => Err(KeyError::UnsupportedKind("an RSA key restricted to PSS")),
        _ => Err(KeyError::UnsupportedKind("a key of this kind")),
    }
}

/// Refuses weak and needlessly slow RSA keys; gives the size of the others.
pub(super) fn check_rsa(n: &[u8], e: &[u8]) -> Result<usize, KeyError> {
    let bits = der::bits(n);
    if bits < MIN_RSA_BITS {
        return Err(KeyError::RsaTooSmall { bits });
    }
    if bits > MAX_RSA_BITS {
        return Err(KeyError::RsaTooLarge { bits });
    }
    let odd = e.last().is_some_and(|last| last & 1 == 1);
    if !odd || der::bits(e) < MIN_EXPONENT_BITS {
        return Err(KeyError::WeakExponent);
    }
    Ok(bits)
}

/// An elliptic curve that no accepted algorithm uses.
pub(super) const OTHER_CURVE: KeyError = KeyError::UnsupportedKind("an EC key on another curve than P-256");

const COORDINATE: usize = 32;
const MIN_RSA_BITS: usize = 2048;
const MAX_RSA_BITS: usize = 8192;
/// An odd number of 17 bits or more is at least 65537.
const MIN_EXPONENT_BITS: usize = 17;

#[cfg(test)]
#[path = "verifying_key_tests.rs"]
mod tests;
