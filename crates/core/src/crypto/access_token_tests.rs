use super::*;
use crate::crypto::keyring::SigningKey;
use crate::domain::identity::Identity;
use crate::domain::ids::{SessionId, TokenId, UserId};
use crate::domain::key::Algorithm;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;

const NOW: i64 = 1_800_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000 + 999)
}

fn claims() -> AccessClaims {
    AccessClaims {
        identity: Identity {
            id: UserId::mint(at(NOW), [1; 10]),
            email: "ana@example.com".to_owned(),
            tenant: TenantId::parse("default").unwrap(),
            roles: vec![Role::parse("user").unwrap()],
            session: SessionId::mint(at(NOW), [3; 10]),
            epoch: 0,
            tenant_epoch: 0,
        },
        iat: NOW,
        exp: NOW + 900,
        nbf: None,
        iss: "https://issuer.example".to_owned(),
        aud: "app".to_owned(),
        jti: TokenId::mint(at(NOW), [2; 10]),
        life: None,
    }
}

fn of(identity: Identity) -> AccessClaims {
    AccessClaims { identity, ..claims() }
}

fn with_leeway(leeway: Duration) -> AccessTokens {
    let made = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let key = SigningKey::from_pem(&made.private_pem).unwrap();
    let ring = KeyRing::new(Some(key), vec![]).unwrap();
    AccessTokens::new(
        ring,
        "https://issuer.example".to_owned(),
        "app".to_owned(),
        leeway,
    )
}

fn tokens() -> AccessTokens {
    with_leeway(Duration::ZERO)
}

#[test]
fn what_is_signed_is_verified_first_hand_and_from_memory() {
    let tokens = tokens();
    let token = tokens.sign(&claims()).unwrap();
    let first = tokens.verify(&token, at(NOW)).unwrap();
    let second = tokens.verify(&token, at(NOW)).unwrap();
    assert_eq!(first.claims, claims());
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(tokens.verified.len(), 1);
}

#[test]
fn a_token_expires_in_its_second_of_expiry_also_from_memory() {
    let tokens = tokens();
    let token = tokens.sign(&claims()).unwrap();
    for _ in 0..2 {
        assert!(tokens.verify(&token, at(NOW + 899)).is_ok());
        assert_eq!(tokens.verify(&token, at(NOW + 900)), Err(TokenFault::Expired));
    }
}

#[test]
fn leeway_stretches_every_time_check() {
    let tokens = with_leeway(Duration::from_secs(5));
    let token = tokens
        .sign(&AccessClaims {
            nbf: Some(NOW + 100),
            ..claims()
        })
        .unwrap();
    assert_eq!(tokens.verify(&token, at(NOW + 94)), Err(TokenFault::Invalid));
    assert!(tokens.verify(&token, at(NOW + 95)).is_ok());
    assert_eq!(tokens.verify(&token, at(NOW + 94)), Err(TokenFault::Invalid));
    assert!(tokens.verify(&token, at(NOW + 904)).is_ok());
    assert_eq!(tokens.verify(&token, at(NOW + 905)), Err(TokenFault::Expired));
}

#[test]
fn a_token_from_too_far_in_the_future_is_refused() {
    let tokens = with_leeway(Duration::from_secs(5));
    let token = tokens.sign(&claims()).unwrap();
    assert_eq!(tokens.verify(&token, at(NOW - 66)), Err(TokenFault::Invalid));
    assert!(tokens.verify(&token, at(NOW - 65)).is_ok());
}

#[test]
fn extreme_clocks_and_leeways_do_not_overflow() {
    let tokens = with_leeway(Duration::MAX);
    let token = tokens.sign(&claims()).unwrap();
    for now in [i64::MIN, -1, 0, i64::MAX] {
        let _ = tokens.verify(&token, Timestamp::from_millis(now));
    }
}

#[test]
fn claims_that_would_not_be_accepted_are_not_signed() {
    let tokens = tokens();
    for wrong in [
        AccessClaims {
            iss: "other".to_owned(),
            ..claims()
        },
        AccessClaims {
            aud: "other".to_owned(),
            ..claims()
        },
        AccessClaims { exp: NOW, ..claims() },
        AccessClaims { iat: -1, ..claims() },
        AccessClaims {
            exp: i64::MAX,
            ..claims()
        },
        AccessClaims {
            nbf: Some(-1),
            ..claims()
        },
        of(Identity {
            email: "x".repeat(MAX_TOKEN_BYTES),
            ..claims().identity
        }),
    ] {
        assert!(tokens.sign(&wrong).is_err());
    }
}

#[test]
fn a_ring_that_only_verifies_signs_nothing_and_believes_the_signer() {
    let signer = tokens();
    let ring = KeyRing::new(None, signer.ring().keys().cloned().collect()).unwrap();
    let reader = AccessTokens::new(
        ring,
        signer.issuer.clone(),
        signer.audience.clone(),
        Duration::ZERO,
    );
    assert!(reader.sign(&claims()).is_err());
    assert!(reader.verify(&signer.sign(&claims()).unwrap(), at(NOW)).is_ok());
}

#[test]
fn only_tokens_that_were_accepted_are_remembered() {
    let tokens = tokens();
    let good = tokens.sign(&claims()).unwrap();
    let late = tokens
        .sign(&AccessClaims {
            nbf: Some(NOW + 10),
            ..claims()
        })
        .unwrap();
    assert!(tokens.verify(&format!("{good}A"), at(NOW)).is_err());
    assert!(tokens.verify(&good, at(NOW + 900)).is_err());
    assert!(tokens.verify(&late, at(NOW)).is_err());
    assert!(tokens.verified.is_empty());
}

#[test]
fn a_remembered_token_dies_with_its_key() {
    let tokens = tokens();
    let token = tokens.sign(&claims()).unwrap();
    assert!(tokens.verify(&token, at(NOW)).is_ok());
    let before = tokens.ring();
    let others = self::tokens().ring();
    tokens.replace_ring(KeyRing::shared(others.share_signing(), vec![]).unwrap());
    assert_eq!(tokens.verify(&token, at(NOW)), Err(TokenFault::Invalid));
    assert!(tokens.verified.is_empty());
    tokens.replace_ring(KeyRing::shared(before.share_signing(), vec![]).unwrap());
    assert!(tokens.verify(&token, at(NOW)).is_ok());
}

#[test]
fn the_memory_is_bounded_and_can_be_turned_off() {
    for entries in [0, 8] {
        let tokens = tokens().with_cache_entries(entries);
        for epoch in 0..40 {
            let token = tokens
                .sign(&of(Identity {
                    epoch,
                    ..claims().identity
                }))
                .unwrap();
            assert!(tokens.verify(&token, at(NOW)).is_ok());
            assert!(tokens.verify(&token, at(NOW)).is_ok());
        }
        assert!(tokens.verified.len() <= entries + 8, "{}", tokens.verified.len());
        assert!(entries > 0 || tokens.verified.is_empty());
    }
}

#[test]
fn tokens_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<AccessTokens>();
    shared::<KeyRing>();
}

#[test]
fn debug_output_shows_no_token() {
    let tokens = tokens();
    let token = tokens.sign(&claims()).unwrap();
    tokens.verify(&token, at(NOW)).unwrap();
    let shown = format!("{tokens:?}");
    assert!(!shown.contains("ana@example.com") && !shown.contains(&token[..20]));
}
