use aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING;

use super::super::der::{CONTEXT_0, INTEGER, OCTET_STRING, OID, SEQUENCE, element};
use super::*;

const ALL: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];

fn made(algorithm: Algorithm) -> GeneratedKey {
    SigningKey::generate(algorithm).unwrap()
}

/// The key inside a PKCS#8 document, as older tools write it.
fn inner(pem: &str) -> Vec<u8> {
    let (_, document) = key_pem::read(pem).unwrap();
    der::private_key_info(&document).unwrap().key.to_vec()
}

fn refusal(tag: &str, document: &[u8]) -> KeyError {
    SigningKey::from_pem(&key_pem::write(tag, document)).unwrap_err()
}

#[test]
fn a_generated_key_is_read_back_and_signs_for_its_public_half() {
    for algorithm in ALL {
        let made = made(algorithm);
        let key = SigningKey::from_pem(&made.private_pem).unwrap();
        assert_eq!((key.kid(), key.algorithm()), (made.kid.as_str(), algorithm));
        let public = VerifyingKey::from_pem(&made.public_pem).unwrap();
        let signature = key.sign(b"message").unwrap();
        assert!(public.verify(b"message", &signature).is_ok());
        assert!(public.verify(b"massage", &signature).is_err());
        assert_eq!(key.expect_public(&public), Ok(()));
    }
}

#[test]
fn a_generated_rsa_key_has_2048_bits() {
    let public = VerifyingKey::from_pem(&made(Algorithm::Rs256).public_pem).unwrap();
    assert_eq!(public.bits(), 2048);
}

#[test]
fn a_pkcs1_key_is_the_same_key_as_in_pkcs8() {
    let made = made(Algorithm::Rs256);
    let pkcs1 = key_pem::write("RSA PRIVATE KEY", &inner(&made.private_pem));
    assert_eq!(SigningKey::from_pem(&pkcs1).unwrap().kid(), made.kid);
}

#[test]
fn a_sec1_key_is_the_same_key_as_in_pkcs8() {
    let made = made(Algorithm::Es256);
    let sec1 = inner(&made.private_pem);
    let unnamed = key_pem::write("EC PRIVATE KEY", &sec1);
    assert_eq!(SigningKey::from_pem(&unnamed).unwrap().kid(), made.kid);

    let mut content = der::sequence(&sec1).unwrap();
    let version = element(INTEGER, der::take(&mut content, INTEGER).unwrap());
    let secret = element(OCTET_STRING, der::take(&mut content, OCTET_STRING).unwrap());
    let curve = element(CONTEXT_0, &element(OID, der::OID_P256));
    let named = element(SEQUENCE, &[&version, &secret, &curve, content].concat());
    let named = key_pem::write("EC PRIVATE KEY", &named);
    assert_eq!(SigningKey::from_pem(&named).unwrap().kid(), made.kid);
}

#[test]
fn a_public_key_offered_as_private_is_named_as_such() {
    for algorithm in ALL {
        let made = made(algorithm);
        assert_eq!(
            SigningKey::from_pem(&made.public_pem).unwrap_err(),
            KeyError::PrivateExpected
        );
    }
}

#[test]
fn an_ec_key_on_another_curve_is_refused_by_name() {
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    assert_eq!(
        refusal("PRIVATE KEY", p384.to_pkcs8v1().unwrap().as_ref()),
        OTHER_CURVE
    );
    let sec1 = p384.private_key().as_der().unwrap();
    assert_eq!(refusal("EC PRIVATE KEY", sec1.as_ref()), OTHER_CURVE);
}

#[test]
fn a_short_rsa_key_is_refused_with_its_size() {
    let mut n = vec![0xff; 128];
    n.insert(0, 0);
    let numbers = [
        &element(INTEGER, &[0])[..],
        &element(INTEGER, &n),
        &element(INTEGER, &[1, 0, 1]),
    ];
    let key = element(SEQUENCE, &numbers.concat());
    assert_eq!(
        refusal("RSA PRIVATE KEY", &key),
        KeyError::RsaTooSmall { bits: 1024 }
    );
}

#[test]
fn a_key_with_a_foreign_public_half_is_refused() {
    let (one, two) = (made(Algorithm::Es256), made(Algorithm::Es256));
    let mut mixed = key_pem::read(&one.private_pem).unwrap().1;
    let other = key_pem::read(&two.private_pem).unwrap().1;
    let public = mixed.len() - 64;
    mixed[public..].copy_from_slice(&other[public..]);
    assert!(matches!(
        refusal("PRIVATE KEY", &mixed),
        KeyError::Malformed | KeyError::Mismatch
    ));

    let one = SigningKey::from_pem(&one.private_pem).unwrap();
    let two = VerifyingKey::from_pem(&two.public_pem).unwrap();
    assert_eq!(one.expect_public(&two), Err(KeyError::Mismatch));
}

#[test]
fn damaged_keys_are_refused() {
    for algorithm in ALL {
        let good = key_pem::read(&made(algorithm).private_pem).unwrap().1;
        for length in (0..good.len()).step_by(7) {
            assert_eq!(refusal("PRIVATE KEY", &good[..length]), KeyError::Malformed);
        }
        assert_eq!(
            refusal("PRIVATE KEY", &[&good[..], &[0]].concat()),
            KeyError::Malformed
        );
    }
}

#[test]
fn a_damaged_rsa_number_is_noticed_when_the_key_is_read() {
    let good = key_pem::read(&made(Algorithm::Rs256).private_pem).unwrap().1;
    for place in [good.len() / 4, good.len() / 2, good.len() - 100] {
        let mut damaged = good.clone();
        damaged[place] ^= 1;
        assert!(matches!(
            refusal("PRIVATE KEY", &damaged),
            KeyError::Malformed | KeyError::Mismatch
        ));
    }
}

#[test]
fn debug_output_shows_no_key_material() {
    let made = made(Algorithm::EdDsa);
    let key = SigningKey::from_pem(&made.private_pem).unwrap();
    let expected = format!("SigningKey {{ kid: {:?}, algorithm: EdDsa, .. }}", made.kid);
    assert_eq!(format!("{key:?}"), expected);
    assert_eq!(
        format!("{made:?}"),
        format!("GeneratedKey {{ kid: {:?}, .. }}", made.kid)
    );
}
