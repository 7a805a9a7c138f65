use serde_json::Value;

use super::*;
use crate::domain::key::Algorithm;

fn pair(algorithm: Algorithm) -> (SigningKey, VerifyingKey) {
    let made = SigningKey::generate(algorithm).unwrap();
    (
        SigningKey::from_pem(&made.private_pem).unwrap(),
        VerifyingKey::from_pem(&made.public_pem).unwrap(),
    )
}

#[test]
fn a_ring_without_keys_is_refused() {
    assert_eq!(KeyRing::new(None, vec![]).unwrap_err(), KeyError::NoKey);
}

#[test]
fn a_ring_that_only_verifies_has_no_signing_key() {
    let (_, public) = pair(Algorithm::EdDsa);
    let ring = KeyRing::new(None, vec![public.clone()]).unwrap();
    assert!(ring.signing().is_none());
    assert!(ring.find(public.kid()).is_some());
    assert!(ring.find("unknown").is_none());
    assert!(ring.find("").is_none());
}

#[test]
fn a_key_given_twice_counts_once_and_the_signing_key_comes_first() {
    let (signing, public) = pair(Algorithm::EdDsa);
    let (_, retired) = pair(Algorithm::Es256);
    let expected = [public.kid().to_owned(), retired.kid().to_owned()];
    let ring = KeyRing::new(Some(signing), vec![retired.clone(), public, retired]).unwrap();
    assert!(ring.keys().map(VerifyingKey::kid).eq(expected));
}

#[test]
fn two_keys_that_claim_one_id_are_refused() {
    let (signing, _) = pair(Algorithm::EdDsa);
    let (_, mut impostor) = pair(Algorithm::EdDsa);
    impostor.claim_kid(signing.kid());
    assert_eq!(
        KeyRing::new(Some(signing), vec![impostor]).unwrap_err(),
        KeyError::DuplicateKid
    );
}

#[test]
fn the_published_set_has_public_members_only() {
    let (signing, _) = pair(Algorithm::Rs256);
    let others = vec![pair(Algorithm::Es256).1, pair(Algorithm::EdDsa).1];
    let ring = KeyRing::new(Some(signing), others).unwrap();
    let body: Value = serde_json::from_str(&ring.jwks().body).unwrap();
    let keys = body["keys"].as_array().unwrap();
    let names = |key: &Value| -> Vec<String> { key.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(names(&keys[0]), ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(names(&keys[1]), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_eq!(names(&keys[2]), ["alg", "crv", "kid", "kty", "use", "x"]);
    for (json, key) in keys.iter().zip(ring.keys()) {
        assert_eq!(json["kid"], key.kid());
        assert_eq!(json["alg"], key.algorithm().as_str());
        assert_eq!(json["use"], "sig");
    }
    assert_eq!((&keys[0]["kty"], &keys[0]["e"]), (&"RSA".into(), &"AQAB".into()));
    assert_eq!(
        (&keys[1]["kty"], &keys[1]["crv"]),
        (&"EC".into(), &"P-256".into())
    );
    assert_eq!(
        (&keys[2]["kty"], &keys[2]["crv"]),
        (&"OKP".into(), &"Ed25519".into())
    );
}

#[test]
fn the_entity_tag_is_strong_and_follows_the_body() {
    let (_, one) = pair(Algorithm::EdDsa);
    let (_, two) = pair(Algorithm::EdDsa);
    let tag = |keys| KeyRing::new(None, keys).unwrap().jwks().etag.clone();
    let first = tag(vec![one.clone()]);
    assert!(first.starts_with('"') && first.ends_with('"') && first.len() == 45);
    assert_eq!(first, tag(vec![one.clone()]));
    assert_ne!(first, tag(vec![one, two]));
}
