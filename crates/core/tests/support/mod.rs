//! Keys and a signer that signs anything, shared by the token tests.

use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use horizon_auth_core::crypto::access_token::AccessTokens;
use horizon_auth_core::crypto::keyring::{GeneratedKey, KeyRing, SigningKey};
use horizon_auth_core::domain::key::Algorithm;

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const AUDIENCE: &str = "app";

/// One key of each kind, made once: RSA is slow.
pub(crate) static KEYS: LazyLock<[Key; 3]> =
    LazyLock::new(|| [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa].map(Key::generate));

/// A key that signs whatever it is given.
pub(crate) struct Key {
    pub(crate) algorithm: Algorithm,
    pub(crate) made: GeneratedKey,
}

impl Key {
    pub(crate) fn generate(algorithm: Algorithm) -> Self {
        let made = SigningKey::generate(algorithm).unwrap();
        Self { algorithm, made }
    }

    /// The header that honest tokens of this key have.
    pub(crate) fn header(&self) -> String {
        let (alg, kid) = (self.algorithm, &self.made.kid);
        format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"at+jwt"}}"#)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let der = pem::parse(self.made.private_pem.as_bytes())
            .unwrap()
            .into_contents();
        let random = SystemRandom::new();
        match self.algorithm {
            Algorithm::Rs256 => {
                let pair = rsa::KeyPair::from_pkcs8(&der).unwrap();
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap();
                pair.sign(&random, message).unwrap().as_ref().to_vec()
            }
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(&der)
                .unwrap()
                .sign(message)
                .as_ref()
                .to_vec(),
        }
    }

    /// A token with a right signature over any header and payload.
    pub(crate) fn token(&self, header: &str, payload: impl AsRef<[u8]>) -> String {
        let signed = format!("{}.{}", encode(header), encode(payload));
        format!("{signed}.{}", encode(self.sign(signed.as_bytes())))
    }

    /// What verifies and signs honestly with this key.
    pub(crate) fn tokens(&self) -> AccessTokens {
        let key = SigningKey::from_pem(&self.made.private_pem).unwrap();
        let ring = KeyRing::new(Some(key), vec![]).unwrap();
        AccessTokens::new(ring, ISSUER.to_owned(), AUDIENCE.to_owned(), Duration::ZERO)
    }
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
