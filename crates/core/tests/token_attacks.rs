//! Every forged, bent or foreign token is refused, and refused as `Invalid`.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like tests")]

#[path = "token_attacks/header.rs"]
mod header;
#[path = "token_attacks/payload.rs"]
mod payload;
mod support;

use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use horizon_auth_core::crypto::access_token::{AccessTokens, TokenFault};
use horizon_auth_core::crypto::keyring::{KeyRing, VerifyingKey};
use horizon_auth_core::domain::claims::AccessClaims;
use horizon_auth_core::domain::identity::Identity;
use horizon_auth_core::domain::ids::{SessionId, TokenId, UserId};
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{AUDIENCE, ISSUER, KEYS, Key, encode};

/// Second in which every test happens.
const NOW: i64 = 1_800_000_000;

const fn now() -> Timestamp {
    Timestamp::from_millis(NOW * 1000)
}

fn claims() -> AccessClaims {
    AccessClaims {
        identity: Identity {
            id: UserId::mint(now(), [1; 10]),
            email: "ana@example.com".to_owned(),
            tenant: TenantId::parse("default").unwrap(),
            roles: vec![Role::parse("admin").unwrap(), Role::parse("user").unwrap()],
            session: SessionId::mint(now(), [3; 10]),
            epoch: 7,
            tenant_epoch: 3,
        },
        iat: NOW,
        exp: NOW + 900,
        nbf: None,
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        jti: TokenId::mint(now(), [2; 10]),
        life: None,
    }
}

fn public_of(key: &Key) -> VerifyingKey {
    VerifyingKey::from_pem(&key.made.public_pem).unwrap()
}

/// Each key with its verifier.
fn each(test: impl Fn(&Key, &AccessTokens)) {
    for key in KEYS.iter() {
        test(key, &key.tokens());
    }
}

fn refuses(tokens: &AccessTokens, token: &str, why: &str) {
    assert_eq!(
        tokens.verify(token, now()),
        Err(TokenFault::Invalid),
        "{why}: {token:.300}"
    );
}

fn honest_claims() -> String {
    serde_json::to_string(&claims()).unwrap()
}

/// The claims with one member replaced, as text so that any JSON can stand there.
fn with_claim(name: &str, value: &str) -> String {
    let mut members = serde_json::to_value(claims()).unwrap();
    members.as_object_mut().unwrap().remove(name);
    let rest = members.to_string();
    format!(r#"{{"{name}":{value},{}"#, &rest[1..])
}

fn without_claim(name: &str) -> String {
    let mut members = serde_json::to_value(claims()).unwrap();
    members.as_object_mut().unwrap().remove(name).unwrap();
    members.to_string()
}

fn header_of(alg: &str, kid: &str, typ: &str) -> String {
    json!({"alg": alg, "kid": kid, "typ": typ}).to_string()
}

/// The honest header with one member more.
fn header_with(key: &Key, name: &str, value: &Value) -> String {
    let honest = key.header();
    format!(r#"{},"{name}":{value}}}"#, &honest[..honest.len() - 1])
}

#[test]
fn the_honest_token_of_these_tests_is_accepted() {
    each(|key, tokens| {
        let token = key.token(&key.header(), honest_claims());
        assert_eq!(tokens.verify(&token, now()).unwrap().claims, claims());
    });
}

#[test]
fn a_token_without_its_signature_is_refused() {
    each(|key, tokens| {
        let token = key.token(&key.header(), honest_claims());
        let signed = token.rsplit_once('.').unwrap().0;
        for signature in ["", "AA", "AAAA", &"A".repeat(86), &"A".repeat(342)] {
            refuses(tokens, &format!("{signed}.{signature}"), "empty signature");
        }
    });
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    each(|key, tokens| {
        let pem = key.made.public_pem.as_bytes();
        let der = public_of(key).spki_der().to_vec();
        let jwks = tokens.ring().jwks().body.clone();
        for secret in [
            pem,
            pem.trim_ascii(),
            &der,
            jwks.as_bytes(),
            key.made.kid.as_bytes(),
            b"",
        ] {
            for alg in ["HS256", "hs256", key.algorithm.as_str()] {
                let header = header_of(alg, &key.made.kid, "at+jwt");
                let signed = format!("{}.{}", encode(header), encode(honest_claims()));
                let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
                refuses(tokens, &format!("{signed}.{}", encode(tag)), alg);
            }
        }
    });
}

#[test]
fn a_token_of_a_retired_key_is_refused() {
    each(|key, _| {
        let successor = Key::generate(Algorithm::EdDsa);
        refuses(
            &successor.tokens(),
            &key.token(&key.header(), honest_claims()),
            "retired",
        );
        let ring = KeyRing::new(None, vec![public_of(&successor), public_of(key)]).unwrap();
        let both = AccessTokens::new(ring, ISSUER.to_owned(), AUDIENCE.to_owned(), Duration::ZERO);
        assert!(
            both.verify(&key.token(&key.header(), honest_claims()), now())
                .is_ok()
        );
    });
}

#[test]
fn a_token_has_one_spelling() {
    each(|key, tokens| {
        let good = key.token(&key.header(), honest_claims());
        let [head, body, signature]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
        let padding = "=".repeat((4 - signature.len() % 4) % 4).replace("====", "");
        for bent in [
            format!("{good}."),
            format!(".{good}"),
            format!("{good}.."),
            format!("{good}.AAAA"),
            format!("{head}.{body}.{body}.{signature}"),
            format!("{head}..{body}.{signature}"),
            format!("{head}..{signature}"),
            format!(".{body}.{signature}"),
            format!("{head}.{body}"),
            format!("{good} "),
            format!(" {good}"),
            format!("{good}\n"),
            format!("\t{good}"),
            format!("{good}\0"),
            format!("{head}. {body}.{signature}"),
            format!("{head}.{body}\n.{signature}"),
            format!("{good}{padding}="),
            format!("{head}=.{body}.{signature}"),
            format!("{head}.{body}=.{signature}"),
            format!("Bearer {good}"),
            format!("\u{200b}{good}"),
            good.to_uppercase(),
            good.replace('.', ","),
            ".".to_owned(),
            "..".to_owned(),
            "...".to_owned(),
            String::new(),
        ] {
            refuses(tokens, &bent, "another spelling");
        }
        if !padding.is_empty() {
            refuses(tokens, &format!("{good}{padding}"), "padding");
        }
        let standard = format!("{head}.{body}.{}", signature.replace('-', "+").replace('_', "/"));
        if standard != good {
            refuses(tokens, &standard, "the other alphabet");
        }
    });
}

#[test]
fn spare_bits_at_the_end_of_a_part_must_be_zero() {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    each(|key, tokens| {
        // Signed as spelt, so that only the spelling can be the reason.
        let twist = |part: &str| {
            let (rest, last) = part.split_at(part.len() - 1);
            let place = ALPHABET
                .iter()
                .position(|letter| *letter == last.as_bytes()[0])
                .unwrap();
            (!part.len().is_multiple_of(4)).then(|| format!("{rest}{}", char::from(ALPHABET[place ^ 1])))
        };
        let finish = |signed: String| format!("{signed}.{}", encode(key.sign(signed.as_bytes())));
        let mut seen = 0;
        for spaces in 0..3 {
            let head = encode(key.header() + &" ".repeat(spaces));
            let body = encode(honest_claims() + &" ".repeat(spaces));
            let good = finish(format!("{head}.{body}"));
            assert!(tokens.verify(&good, now()).is_ok());
            let (signed, signature) = good.rsplit_once('.').unwrap();
            let bent = [
                twist(&head).map(|head| finish(format!("{head}.{body}"))),
                twist(&body).map(|body| finish(format!("{head}.{body}"))),
                twist(signature).map(|signature| format!("{signed}.{signature}")),
            ];
            for bent in bent.into_iter().flatten() {
                seen += 1;
                refuses(tokens, &bent, "spare bits");
            }
        }
        assert!(seen >= 4);
    });
}

#[test]
fn a_megabyte_is_refused_without_being_read() {
    each(|key, tokens| {
        let huge = key.token(
            &key.header(),
            with_claim("later", &format!("{:?}", "x".repeat(1 << 20))),
        );
        let dots = ".".repeat(1 << 20);
        let started = Instant::now();
        for _ in 0..5000 {
            for token in [&huge, &dots] {
                assert_eq!(tokens.verify(token, now()), Err(TokenFault::Invalid));
            }
        }
        // Hashing 10 GiB takes many seconds; refusing by length takes a moment.
        assert!(started.elapsed() < Duration::from_secs(1));
        let just_too_long = key.token(
            &key.header(),
            with_claim("later", &format!("{:?}", "x".repeat(8000))),
        );
        refuses(tokens, &just_too_long, "longer than 8192 bytes");
    });
}

#[test]
fn a_signature_of_another_key_or_of_another_payload_is_refused() {
    each(|key, tokens| {
        let attacker = Key::generate(if key.algorithm == Algorithm::Rs256 {
            Algorithm::EdDsa
        } else {
            key.algorithm
        });
        refuses(
            tokens,
            &attacker.token(&key.header(), honest_claims()),
            "another key",
        );
        let good = key.token(&key.header(), honest_claims());
        let promoted = key.token(&key.header(), honest_claims().replace("user", "root"));
        let (signed, signature) = (
            promoted.rsplit_once('.').unwrap().0,
            good.rsplit_once('.').unwrap().1,
        );
        refuses(tokens, &format!("{signed}.{signature}"), "another payload");
    });
}

#[test]
fn an_es256_signature_in_der_form_is_refused() {
    let key = KEYS.iter().find(|key| key.algorithm == Algorithm::Es256).unwrap();
    let pkcs8 = pem::parse(key.made.private_pem.as_bytes())
        .unwrap()
        .into_contents();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).unwrap();
    let signed = format!("{}.{}", encode(key.header()), encode(honest_claims()));
    let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    refuses(&key.tokens(), &format!("{signed}.{}", encode(signature)), "DER");
}

#[test]
fn a_remembered_token_does_not_lend_its_signature_to_others() {
    each(|key, tokens| {
        let good = key.token(&key.header(), honest_claims());
        assert!(tokens.verify(&good, now()).is_ok());
        let (signed, signature) = good.rsplit_once('.').unwrap();
        refuses(
            tokens,
            &format!("{signed}.{}", encode(vec![0; 64])),
            "same claims",
        );
        let promoted = encode(honest_claims().replace("user", "root"));
        refuses(
            tokens,
            &format!("{}.{promoted}.{signature}", encode(key.header())),
            "same signature",
        );
        assert!(tokens.verify(&good, now()).is_ok());
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_token_with_any_bit_flipped_is_refused(place in any::<prop::sample::Index>(), bit in 0..7_u8) {
        for key in KEYS.iter() {
            let mut bytes = key.token(&key.header(), honest_claims()).into_bytes();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            let bent = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(key.tokens().verify(&bent, now()), Err(TokenFault::Invalid));
        }
    }

    #[test]
    fn a_signature_with_any_bit_flipped_is_refused(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        for key in KEYS.iter() {
            let signed = format!("{}.{}", encode(key.header()), encode(honest_claims()));
            let mut signature = key.sign(signed.as_bytes());
            let place = place.index(signature.len());
            signature[place] ^= 1 << bit;
            let bent = format!("{signed}.{}", encode(signature));
            prop_assert_eq!(key.tokens().verify(&bent, now()), Err(TokenFault::Invalid));
        }
    }

    #[test]
    fn noise_is_refused(noise in ".{0,200}", parts in prop::collection::vec("[A-Za-z0-9_-]{0,40}", 0..6)) {
        let tokens = KEYS[2].tokens();
        prop_assert_eq!(tokens.verify(&noise, now()), Err(TokenFault::Invalid));
        prop_assert_eq!(tokens.verify(&parts.join("."), now()), Err(TokenFault::Invalid));
    }
}
