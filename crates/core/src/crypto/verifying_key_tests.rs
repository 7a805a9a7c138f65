use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

use super::super::der::{BIT_STRING, INTEGER, OID, SEQUENCE, element};
use super::super::signing_key::SigningKey;
use super::*;

fn rsa(n: &[u8], e: &[u8]) -> Vec<u8> {
    let numbers = [element(INTEGER, n), element(INTEGER, e)].concat();
    element(SEQUENCE, &numbers)
}

fn spki(oid: &[u8], parameters: &[u8], key: &[u8]) -> Vec<u8> {
    let algorithm = element(SEQUENCE, &[&element(OID, oid), parameters].concat());
    let bits = element(BIT_STRING, &[&[0], key].concat());
    element(SEQUENCE, &[algorithm, bits].concat())
}

fn modulus(bits: usize) -> Vec<u8> {
    let mut n = vec![0];
    n.extend(vec![0xff; bits / 8]);
    n
}

fn p256_point() -> Vec<u8> {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let key = VerifyingKey::from_pem(&key.public_pem).unwrap();
    der::public_key_info(key.spki_der()).unwrap().key.to_vec()
}

fn refusal(document: &[u8]) -> KeyError {
    VerifyingKey::from_spki_der(document).unwrap_err()
}

#[test]
fn a_public_key_survives_pem_and_der() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let made = SigningKey::generate(algorithm).unwrap();
        let key = VerifyingKey::from_pem(&made.public_pem).unwrap();
        assert_eq!((key.kid(), key.algorithm()), (made.kid.as_str(), algorithm));
        assert_eq!(key.to_pem(), made.public_pem);
        let again = VerifyingKey::from_spki_der(key.spki_der()).unwrap();
        assert_eq!(again.jwk(), key.jwk());
    }
}

#[test]
fn an_rsa_key_is_the_same_key_in_pkcs1_and_spki() {
    let made = SigningKey::generate(Algorithm::Rs256).unwrap();
    let key = VerifyingKey::from_pem(&made.public_pem).unwrap();
    let pkcs1 = der::public_key_info(key.spki_der()).unwrap().key;
    let again = VerifyingKey::from_pem(&key_pem::write("RSA PUBLIC KEY", pkcs1)).unwrap();
    assert_eq!(
        (again.kid(), again.spki_der(), again.bits()),
        (key.kid(), key.spki_der(), 2048)
    );
}

#[test]
fn a_private_key_offered_as_public_is_named_as_such() {
    let made = SigningKey::generate(Algorithm::EdDsa).unwrap();
    assert_eq!(
        VerifyingKey::from_pem(&made.private_pem).unwrap_err(),
        KeyError::PublicExpected
    );
}

#[test]
fn rsa_keys_outside_2048_to_8192_bits_are_refused() {
    let key = |bits| spki(der::OID_RSA, &[5, 0], &rsa(&modulus(bits), &[1, 0, 1]));
    assert_eq!(refusal(&key(1024)), KeyError::RsaTooSmall { bits: 1024 });
    assert_eq!(refusal(&key(16384)), KeyError::RsaTooLarge { bits: 16384 });
    let mut almost = modulus(2048);
    almost.remove(0);
    almost[0] = 0x7f;
    let almost = spki(der::OID_RSA, &[5, 0], &rsa(&almost, &[1, 0, 1]));
    assert_eq!(refusal(&almost), KeyError::RsaTooSmall { bits: 2047 });
}

#[test]
fn weak_exponents_are_refused() {
    for exponent in [&[1][..], &[2], &[3], &[17], &[0, 0xff, 0xff], &[1, 0, 0]] {
        let key = spki(der::OID_RSA, &[5, 0], &rsa(&modulus(2048), exponent));
        assert_eq!(refusal(&key), KeyError::WeakExponent, "{exponent:?}");
    }
}

#[test]
fn other_kinds_of_key_are_refused_by_name() {
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let p384 = p384.public_key().as_der().unwrap();
    assert_eq!(refusal(p384.as_ref()), OTHER_CURVE);
    let x25519 = spki(&[0x2b, 0x65, 0x6e], &[], &[9; 32]);
    assert_eq!(refusal(&x25519), KeyError::UnsupportedKind("a key of this kind"));
    let pss = spki(der::OID_RSA_PSS, &[], &rsa(&modulus(2048), &[1, 0, 1]));
    assert_eq!(
        refusal(&pss),
        KeyError::UnsupportedKind("an RSA key restricted to PSS")
    );
}

#[test]
fn points_that_are_not_on_the_curve_or_not_plain_are_refused() {
    let curve = element(OID, der::OID_P256);
    let good = p256_point();
    assert!(VerifyingKey::from_spki_der(&spki(der::OID_EC, &curve, &good)).is_ok());
    let mut off_curve = good.clone();
    off_curve[64] ^= 1;
    assert_eq!(
        refusal(&spki(der::OID_EC, &curve, &off_curve)),
        KeyError::Malformed
    );
    assert_eq!(
        refusal(&spki(der::OID_EC, &curve, &good[..64])),
        KeyError::Malformed
    );
    let compressed = [&[2], &good[1..33]].concat();
    assert_eq!(
        refusal(&spki(der::OID_EC, &curve, &compressed)),
        KeyError::UnsupportedKind("an EC key with a compressed point")
    );
}

#[test]
fn damaged_documents_are_refused() {
    let made = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let good = VerifyingKey::from_pem(&made.public_pem)
        .unwrap()
        .spki_der()
        .to_vec();
    for length in 0..good.len() {
        assert_eq!(refusal(&good[..length]), KeyError::Malformed);
    }
    assert_eq!(refusal(&[&good[..], &[0]].concat()), KeyError::Malformed);
    assert_eq!(
        refusal(&spki(der::OID_ED25519, &[], &[1; 31])),
        KeyError::Malformed
    );
    let negative = spki(der::OID_RSA, &[5, 0], &rsa(&modulus(2048)[1..], &[1, 0, 1]));
    assert_eq!(refusal(&negative), KeyError::Malformed);
}

#[test]
fn debug_output_shows_only_id_and_algorithm() {
    let made = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let key = VerifyingKey::from_pem(&made.public_pem).unwrap();
    let expected = format!("VerifyingKey {{ kid: {:?}, algorithm: EdDsa, .. }}", made.kid);
    assert_eq!(format!("{key:?}"), expected);
}
