use serde_json::{Value, json};

use super::*;
use crate::crypto::keyring::{KeyRing, SigningKey};
use crate::domain::key::Algorithm;

fn published(algorithm: Algorithm) -> (Value, String) {
    let key = SigningKey::generate(algorithm).unwrap();
    let key = SigningKey::from_pem(&key.private_pem).unwrap();
    let kid = key.verifying_key().kid().to_owned();
    let ring = KeyRing::new(Some(key), Vec::new()).unwrap();
    let set: Value = serde_json::from_str(&ring.jwks().body).unwrap();
    (set["keys"][0].clone(), kid)
}

fn kids(keys: &[Value]) -> Vec<String> {
    let body = json!({ "keys": keys }).to_string();
    let read = read(body.as_bytes()).unwrap_or_default();
    read.iter().map(|key| key.kid().to_owned()).collect()
}

#[test]
fn what_we_publish_is_read_back_as_the_same_key() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let (key, kid) = published(algorithm);
        let body = json!({ "keys": [key] }).to_string();
        let read = read(body.as_bytes()).unwrap();
        assert_eq!(read[0].algorithm(), algorithm);
        assert_eq!(read[0].kid(), kid);
        assert_eq!(serde_json::to_value(read[0].jwk()).unwrap(), key);
    }
}

#[test]
fn keys_that_are_none_of_ours_are_passed_over_and_the_others_stay() {
    let (good, kid) = published(Algorithm::Es256);
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        key
    };
    let cases = [
        json!({ "kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "alg": "HS256", "kid": kid }),
        json!({ "kty": "oct", "k": "c2VjcmV0", "use": "sig" }),
        with("d", json!("AAAA")),
        with("use", json!("enc")),
        with("use", json!(1)),
        with("key_ops", json!(["sign"])),
        with("key_ops", json!("verify")),
        with("alg", json!("RS256")),
        with("alg", json!("HS256")),
        with("alg", json!("none")),
        with("alg", json!(null)),
        with("kid", json!("another")),
        with("kid", json!(null)),
        with("crv", json!("P-384")),
        with("kty", json!("OKP")),
        with("kty", json!("RSA")),
        with("x", json!("AAAA")),
        with("x", json!("not base64!")),
        with("y", good["x"].clone()),
        json!({}),
    ];
    for case in cases {
        assert_eq!(kids(std::slice::from_ref(&case)), Vec::<String>::new(), "{case}");
        assert_eq!(
            kids(&[case.clone(), good.clone()]),
            std::slice::from_ref(&kid),
            "{case}"
        );
    }
    assert_eq!(
        kids(&[with("key_ops", json!(["verify"]))]),
        std::slice::from_ref(&kid)
    );
    assert_eq!(kids(&[with("x5t", json!("unknown members do no harm"))]), [kid]);
}

#[test]
fn weak_and_disguised_rsa_keys_are_passed_over() {
    let (good, _) = published(Algorithm::Rs256);
    for (name, value) in [("n", "AQAB"), ("e", "Aw"), ("e", "AAEAAQ"), ("e", ""), ("n", "")] {
        let mut key = good.clone();
        key[name] = json!(value);
        key.as_object_mut().unwrap().remove("kid");
        assert_eq!(kids(&[key]), Vec::<String>::new(), "{name} = {value}");
    }
}

#[test]
fn what_is_no_key_set_or_too_large_is_refused() {
    let (good, _) = published(Algorithm::EdDsa);
    let huge = json!({ "keys": [good], "padding": "x".repeat(MAX_SET_BYTES) }).to_string();
    for body in [
        "",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":[]}"#,
        r#"{"keys":[1]}"#,
        &huge,
    ] {
        assert_eq!(read(body.as_bytes()).unwrap_err(), NoUsableKey);
    }
}
