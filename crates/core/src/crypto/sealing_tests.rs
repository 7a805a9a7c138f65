use super::*;

/// Counts up, so that every nonce differs.
#[derive(Debug, Default)]
struct Counting(std::sync::atomic::AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        Ok(())
    }
}

fn keys(bytes: &[u8]) -> SealingKeys {
    let lines: Vec<String> = bytes.iter().map(|byte| STANDARD.encode([*byte; 32])).collect();
    SealingKeys::parse(&lines.join("\n")).unwrap()
}

fn signing_key(algorithm: Algorithm) -> SigningKey {
    SigningKey::from_pem(&SigningKey::generate(algorithm).unwrap().private_pem).unwrap()
}

#[test]
fn a_sealed_key_opens_with_its_sealing_key_and_signs_as_before() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let key = signing_key(algorithm);
        let sealed = keys(&[1]).seal(&key, &Counting::default()).unwrap();
        let opened = keys(&[1]).open(&sealed, key.kid(), algorithm).unwrap();
        assert_eq!((opened.kid(), opened.algorithm()), (key.kid(), algorithm));
        let signature = opened.sign(b"message").unwrap();
        assert!(key.verifying_key().verify(b"message", &signature).is_ok());
    }
}

#[test]
fn a_sealed_key_opens_with_nothing_else_and_for_no_other_row() {
    let (key, other) = (signing_key(Algorithm::Es256), signing_key(Algorithm::Es256));
    let sealed = keys(&[1]).seal(&key, &Counting::default()).unwrap();
    assert!(keys(&[2]).open(&sealed, key.kid(), Algorithm::Es256).is_none());
    assert!(
        SealingKeys::default()
            .open(&sealed, key.kid(), Algorithm::Es256)
            .is_none()
    );
    assert!(
        keys(&[1]).open(&sealed, other.kid(), Algorithm::Es256).is_none(),
        "rows were swapped"
    );
    assert!(keys(&[1]).open(&sealed, key.kid(), Algorithm::EdDsa).is_none());
}

#[test]
fn a_damaged_or_truncated_box_does_not_open() {
    let key = signing_key(Algorithm::EdDsa);
    let sealed = keys(&[1]).seal(&key, &Counting::default()).unwrap();
    for at in 0..sealed.0.len() {
        let mut damaged = sealed.clone();
        damaged.0[at] ^= 1;
        assert!(
            keys(&[1]).open(&damaged, key.kid(), Algorithm::EdDsa).is_none(),
            "byte {at}"
        );
        let truncated = SealedKey(sealed.0[..at].to_vec());
        assert!(
            keys(&[1]).open(&truncated, key.kid(), Algorithm::EdDsa).is_none(),
            "{at} bytes"
        );
    }
}

#[test]
fn each_box_has_a_nonce_of_its_own() {
    let (key, entropy) = (signing_key(Algorithm::EdDsa), Counting::default());
    let [one, two] = [(); 2].map(|()| keys(&[1]).seal(&key, &entropy).unwrap());
    assert_ne!(one.0[..NONCE_LEN], two.0[..NONCE_LEN]);
    assert_ne!(one.0[NONCE_LEN..], two.0[NONCE_LEN..]);
}

#[test]
fn the_first_of_several_sealing_keys_seals_and_all_of_them_open() {
    let key = signing_key(Algorithm::EdDsa);
    let old = keys(&[1]).seal(&key, &Counting::default()).unwrap();
    let changed = keys(&[2, 1]);
    assert!(changed.open(&old, key.kid(), Algorithm::EdDsa).is_some());
    let new = changed.seal(&key, &Counting::default()).unwrap();
    assert!(keys(&[2]).open(&new, key.kid(), Algorithm::EdDsa).is_some());
    assert!(keys(&[1]).open(&new, key.kid(), Algorithm::EdDsa).is_none());
}

#[test]
fn a_box_holds_nothing_of_the_private_key_in_clear() {
    let key = signing_key(Algorithm::EdDsa);
    let sealed = keys(&[1]).seal(&key, &Counting::default()).unwrap();
    let plain = key.to_pkcs8().unwrap();
    let parts: Vec<_> = plain.windows(8).collect();
    assert!(!sealed.0.windows(8).any(|window| parts.contains(&window)));
    assert_eq!(format!("{sealed:?}"), "SealedKey");
}

#[test]
fn sealing_keys_are_read_strictly_and_never_shown() {
    let line = STANDARD.encode([7; 32]);
    for good in [
        line.clone(),
        format!("# note\n\n{line}\r\n"),
        format!("{line},{}", STANDARD.encode([8; 32])),
    ] {
        let keys = SealingKeys::parse(&good).unwrap();
        assert!(!keys.is_empty() && !format!("{keys:?}").contains(&line));
    }
    let short = STANDARD.encode([7; 31]);
    let nine = [line.as_str(); 9].join("\n");
    for bad in ["", "# note", "hush", short.as_str(), nine.as_str(), &line[..43]] {
        let error = SealingKeys::parse(bad).unwrap_err();
        assert!(!error.reason().contains("hush"));
    }
    assert!(SealingKeys::default().is_empty());
    let fresh = SealingKeys::fresh_line(&Counting::default()).unwrap();
    assert!(SealingKeys::parse(&fresh).is_ok());
}
