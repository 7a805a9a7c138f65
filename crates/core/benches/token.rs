//! Access tokens beside the bare primitives: the difference is what this product adds.

#![expect(
    clippy::expect_used,
    reason = "a bench that cannot start has nothing to report"
)]

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use criterion::{Criterion, criterion_group, criterion_main};
use horizon_auth_core::crypto::access_token::AccessTokens;
use horizon_auth_core::crypto::keyring::{KeyRing, SigningKey};
use horizon_auth_core::domain::claims::AccessClaims;
use horizon_auth_core::domain::identity::Identity;
use horizon_auth_core::domain::ids::{SessionId, TokenId, UserId};
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;

const ISSUER: &str = "https://auth.example.com";
const AUDIENCE: &str = "https://api.example.com";
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

type Error = Box<dyn std::error::Error>;

/// The library's own key, without anything of ours around it.
enum Bare {
    Rsa(rsa::KeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Bare {
    fn parse(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, Error> {
        Ok(match algorithm {
            Algorithm::Rs256 => Self::Rsa(rsa::KeyPair::from_pkcs8(pkcs8)?),
            Algorithm::Es256 => {
                Self::P256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)?)
            }
            Algorithm::EdDsa => Self::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8)?),
        })
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let random = SystemRandom::new();
        Ok(match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                signature
            }
            Self::P256(pair) => pair.sign(&random, message)?.as_ref().to_vec(),
            Self::Ed25519(pair) => pair.try_sign(message)?.as_ref().to_vec(),
        })
    }
}

fn claims() -> Result<AccessClaims, Error> {
    Ok(AccessClaims {
        identity: Identity {
            id: UserId::mint(NOW, [1; 10]),
            email: "ana.example@example.com".to_owned(),
            tenant: TenantId::parse("default")?,
            roles: vec![Role::parse("admin")?, Role::parse("user")?],
            session: SessionId::mint(NOW, [3; 10]),
            epoch: 0,
            tenant_epoch: 0,
        },
        iat: NOW.seconds(),
        exp: NOW.seconds() + 900,
        nbf: None,
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        jti: TokenId::mint(NOW, [2; 10]),
        life: None,
    })
}

fn tokens(pem: &str) -> Result<AccessTokens, Error> {
    let ring = KeyRing::new(Some(SigningKey::from_pem(pem)?), vec![])?;
    Ok(AccessTokens::new(
        ring,
        ISSUER.to_owned(),
        AUDIENCE.to_owned(),
        Duration::ZERO,
    ))
}

fn measure(criterion: &mut Criterion, algorithm: Algorithm) -> Result<(), Error> {
    let made = SigningKey::generate(algorithm)?;
    let bare = Bare::parse(
        algorithm,
        &pem::parse(made.private_pem.as_bytes())?.into_contents(),
    )?;
    let (warm, cold) = (
        tokens(&made.private_pem)?,
        tokens(&made.private_pem)?.with_cache_entries(0),
    );
    let claims = claims()?;
    let token = warm.sign(&claims)?;
    let (signed, _) = token.rsplit_once('.').ok_or("no signature")?;
    let signature = bare.sign(signed.as_bytes())?;
    let spki = warm.ring().keys().next().ok_or("no key")?.spki_der().to_vec();
    let public = match algorithm {
        Algorithm::Rs256 => ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki),
        Algorithm::Es256 => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, spki),
        Algorithm::EdDsa => ParsedPublicKey::new(&ED25519, spki),
    }?;
    warm.verify(&token, NOW)?;

    let mut group = criterion.benchmark_group(algorithm.as_str());
    group.bench_function("sign, bare", |bench| {
        bench.iter(|| bare.sign(black_box(signed.as_bytes())));
    });
    group.bench_function("sign", |bench| bench.iter(|| warm.sign(black_box(&claims))));
    group.bench_function("verify, bare", |bench| {
        bench.iter(|| public.verify_sig(black_box(signed.as_bytes()), black_box(&signature)));
    });
    group.bench_function("verify, first sight", |bench| {
        bench.iter(|| cold.verify(black_box(&token), NOW));
    });
    group.bench_function("verify, remembered", |bench| {
        bench.iter(|| warm.verify(black_box(&token), NOW));
    });
    group.finish();
    Ok(())
}

fn all(criterion: &mut Criterion) {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        measure(criterion, algorithm).expect("keys made here can be read, sign and verify");
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50).measurement_time(Duration::from_secs(3));
    targets = all
}
criterion_main!(benches);
