//! Private keys: parsed once, paired with their public half, never shown.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use zeroize::Zeroizing;

use super::CryptoError;
use super::der;
use super::key_pem::{self, KeyError, Label};
use super::verifying_key::{OTHER_CURVE, VerifyingKey, algorithm_of, check_rsa};
use crate::domain::key::Algorithm;

/// A private key with its public half.
pub struct SigningKey {
    pair: Pair,
    public: VerifyingKey,
}

/// A new key, as an operator stores it.
pub struct GeneratedKey {
    /// PKCS#8, PEM. Wiped when dropped.
    pub private_pem: Zeroizing<String>,
    /// `SubjectPublicKeyInfo`, PEM.
    pub public_pem: String,
    /// RFC 7638 thumbprint.
    pub kid: String,
}

enum Pair {
    Rsa(rsa::KeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// Reads `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`, in any form that
    /// [`normalize_pem`](super::keyring::normalize_pem) knows.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong and how to repair it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (label, document) = key_pem::read(text)?;
        let pair = match label {
            Label::Pkcs8 => parse_pkcs8(&document)?,
            Label::Pkcs1Private => {
                check_rsa_private(&document)?;
                Pair::Rsa(rsa::KeyPair::from_der(&document).map_err(|_| KeyError::Malformed)?)
            }
            Label::Sec1 => {
                if !der::is_sec1_p256(&document).ok_or(KeyError::Malformed)? {
                    return Err(OTHER_CURVE);
                }
                let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &document);
                Pair::P256(pair.map_err(|_| KeyError::Malformed)?)
            }
            Label::Spki | Label::Pkcs1Public => return Err(KeyError::PrivateExpected),
        };
        Self::new(pair)
    }

    /// Reads PKCS#8, DER.
    pub(super) fn from_pkcs8(document: &[u8]) -> Result<Self, KeyError> {
        Self::new(parse_pkcs8(document)?)
    }

    /// PKCS#8, DER; for sealing.
    pub(super) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.pair.to_pkcs8()
    }

    /// Makes a new key; RSA gets 2048 bits.
    ///
    /// # Errors
    /// [`KeyError::Library`] if the library fails.
    pub fn generate(algorithm: Algorithm) -> Result<GeneratedKey, KeyError> {
        let pair = match algorithm {
            Algorithm::Rs256 => rsa::KeyPair::generate(KeySize::Rsa2048).map(Pair::Rsa),
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::P256),
            Algorithm::EdDsa => Ed25519KeyPair::generate().map(Pair::Ed25519),
        };
        let key = Self::new(pair.map_err(|_| KeyError::Library)?)?;
        Ok(GeneratedKey {
            private_pem: key_pem::write("PRIVATE KEY", &key.pair.to_pkcs8()?),
            public_pem: key.public.to_pem(),
            kid: key.kid().to_owned(),
        })
    }

    fn new(pair: Pair) -> Result<Self, KeyError> {
        let public = VerifyingKey::from_spki_der(&pair.public_der()?)?;
        let key = Self { pair, public };
        // A damaged private half would only show in the first token that nobody accepts.
        let probe = key.sign(PROBE).map_err(|_| KeyError::Malformed)?;
        key.public.verify(PROBE, &probe).map_err(|_| KeyError::Mismatch)?;
        Ok(key)
    }

    /// RFC 7638 thumbprint of the public half.
    #[must_use]
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The only algorithm that this key signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    /// The public half.
    #[must_use]
    pub const fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// Checks that a separately configured public key is the other half of this one.
    ///
    /// # Errors
    /// [`KeyError::Mismatch`] if it is not.
    pub fn expect_public(&self, public: &VerifyingKey) -> Result<(), KeyError> {
        if public.spki_der() == self.public.spki_der() {
            Ok(())
        } else {
            Err(KeyError::Mismatch)
        }
    }

    /// Signs `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let random = SystemRandom::new(); // the library ignores it
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut bytes = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut bytes)
                    .map(|()| bytes)
            }
            Pair::P256(pair) => pair.sign(&random, message).map(|short| short.as_ref().to_vec()),
            Pair::Ed25519(pair) => pair.try_sign(message).map(|short| short.as_ref().to_vec()),
        };
        signature.map_err(|_| CryptoError::new("signing failed"))
    }
}

impl Pair {
    fn public_der(&self) -> Result<Vec<u8>, KeyError> {
        let der = match self {
            Self::Rsa(pair) => pair.public_key().as_der(),
            Self::P256(pair) => pair.public_key().as_der(),
            Self::Ed25519(pair) => pair.public_key().as_der(),
        };
        Ok(der.map_err(|_| KeyError::Library)?.as_ref().to_vec())
    }

    /// Version 1, which every `openssl` reads.
    fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let copy = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
        let der = match self {
            Self::Rsa(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(pair).map(|der| copy(der.as_ref())),
            Self::P256(pair) => pair.to_pkcs8v1().map(|der| copy(der.as_ref())),
            Self::Ed25519(pair) => pair.to_pkcs8v1().map(|der| copy(der.as_ref())),
        };
        der.map_err(|_| KeyError::Library)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid())
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for GeneratedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratedKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

fn parse_pkcs8(document: &[u8]) -> Result<Pair, KeyError> {
    let info = der::private_key_info(document).ok_or(KeyError::Malformed)?;
    let pair = match algorithm_of(info.oid, info.parameters)? {
        Algorithm::Rs256 => {
            check_rsa_private(info.key)?;
            rsa::KeyPair::from_pkcs8(document).map(Pair::Rsa)
        }
        Algorithm::Es256 => {
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document).map(Pair::P256)
        }
        Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(document).map(Pair::Ed25519),
    };
    pair.map_err(|_| KeyError::Malformed)
}

fn check_rsa_private(document: &[u8]) -> Result<(), KeyError> {
    let (n, e) = der::rsa_private_key(document).ok_or(KeyError::Malformed)?;
    check_rsa(n, e).map(|_bits| ())
}

const PROBE: &[u8] = b"horizon-auth key check";

#[cfg(test)]
#[path = "signing_key_tests.rs"]
mod tests;
