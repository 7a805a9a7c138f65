//! Hashes of other systems and of other peppers, from log-in to replacement.

use super::tests::{BCRYPT, Counting, OUTDATED, RIGHT, WRONG, config, hasher, password, stored};
use super::*;

#[tokio::test]
async fn bcrypt_is_verified_and_replaced_where_it_is_wanted() {
    let on = hasher(config());
    for prefix in ["$2a$", "$2b$", "$2y$"] {
        let hash = stored(&BCRYPT.replace("$2b$", prefix));
        let right = on
            .verify(&password("correctbatteryhorsestapler"), Some(&hash))
            .await;
        assert_eq!(right.unwrap(), OUTDATED);
        let wrong = on
            .verify(&password("correctbatteryhorsestaples"), Some(&hash))
            .await;
        assert_eq!(wrong.unwrap(), WRONG);
    }
    let off = hasher(HasherConfig {
        bcrypt: false,
        ..config()
    });
    let refused = off
        .verify(&password("correctbatteryhorsestapler"), Some(&stored(BCRYPT)))
        .await;
    assert_eq!(refused.unwrap(), WRONG);
}

#[tokio::test]
async fn bcrypt_sees_72_bytes_and_no_nul() {
    let hasher = hasher(config());
    let long = "a".repeat(80);
    let hash = stored(&bcrypt::hash(&long[..72], 4).unwrap());
    assert_eq!(
        hasher.verify(&password(&long), Some(&hash)).await.unwrap(),
        OUTDATED
    );
    assert_eq!(
        hasher.verify(&password(&long[..71]), Some(&hash)).await.unwrap(),
        WRONG
    );

    // Computed as one cyclic key, these two would be the same password.
    let hash = stored(&bcrypt::hash("ab", 4).unwrap());
    assert_eq!(
        hasher.verify(&password("ab\0ab"), Some(&hash)).await.unwrap(),
        WRONG
    );
    assert_eq!(
        hasher.verify(&password("ab"), Some(&hash)).await.unwrap(),
        OUTDATED
    );
}

/// 32 bytes of 7, and 32 of 8.
const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const EIGHTS: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";

fn peppered(peppers: &str) -> PasswordHasher {
    let peppers = Peppers::parse(peppers).unwrap();
    PasswordHasher::with_peppers(config(), peppers, Arc::new(Counting::default())).unwrap()
}

async fn verify(hasher: &PasswordHasher, text: &str, hash: &PasswordHash) -> Verified {
    hasher.verify(&password(text), Some(hash)).await.unwrap()
}

#[tokio::test]
async fn a_new_hash_names_its_pepper_and_needs_it() {
    let seven = peppered(&format!("1:{SEVENS}"));
    let hash = seven.hash(&password("correct horse")).await.unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=64,t=2,p=2,keyid=MQ$"));
    assert_eq!(verify(&seven, "correct horse", &hash).await, RIGHT);
    assert_eq!(verify(&seven, "correct horsf", &hash).await, WRONG);

    let other_key = peppered(&format!("1:{EIGHTS}"));
    assert_eq!(verify(&other_key, "correct horse", &hash).await, WRONG);
    // Somebody who can write to the database cannot talk the pepper away.
    let stripped = stored(&hash.as_str().replace(",keyid=MQ", ""));
    assert_eq!(verify(&seven, "correct horse", &stripped).await, WRONG);
}

#[tokio::test]
async fn hashes_without_a_pepper_or_with_an_older_one_are_verified_and_replaced() {
    let bare = hasher(config()).hash(&password("correct horse")).await.unwrap();
    let old = peppered(&format!("1:{SEVENS}"));
    assert_eq!(verify(&old, "correct horse", &bare).await, OUTDATED);
    assert_eq!(verify(&old, "correct horsf", &bare).await, WRONG);

    let first = old.hash(&password("correct horse")).await.unwrap();
    let rotated = peppered(&format!("2:{EIGHTS},1:{SEVENS}"));
    assert_eq!(verify(&rotated, "correct horse", &first).await, OUTDATED);
    let second = rotated.hash(&password("correct horse")).await.unwrap();
    assert!(second.as_str().contains(",keyid=Mg$"));
    assert_eq!(verify(&rotated, "correct horse", &second).await, RIGHT);
}

#[tokio::test]
async fn a_hash_whose_pepper_is_gone_never_matches() {
    let first = peppered(&format!("1:{SEVENS}"));
    let hash = first.hash(&password("correct horse")).await.unwrap();
    for without in [hasher(config()), peppered(&format!("2:{EIGHTS}"))] {
        assert_eq!(verify(&without, "correct horse", &hash).await, WRONG);
        assert_eq!(without.can_verify(&hash), Err("its pepper is not configured"));
        let check = without.0.check(&password("correct horse"), Some(&hash));
        assert!(matches!(check, Check::Argon2 { decoy: true, .. }));
    }
    assert_eq!(first.can_verify(&hash), Ok(()));
}

#[tokio::test]
async fn bcrypt_is_not_peppered() {
    let hasher = peppered(&format!("1:{SEVENS}"));
    let found = verify(&hasher, "correctbatteryhorsestapler", &stored(BCRYPT)).await;
    assert_eq!(found, OUTDATED);
}

#[cfg(all(feature = "pbkdf2", feature = "scrypt"))]
#[tokio::test]
async fn pbkdf2_and_scrypt_are_verified_and_replaced_where_they_are_wanted() {
    let (on, off) = (
        hasher(config()),
        hasher(HasherConfig {
            foreign: false,
            ..config()
        }),
    );
    for text in [
        "pbkdf2_sha256$600$seasalt2seasalt2$h121Zi02iSuiMdr1olwPxdVJRqbvQiePePkvv6M4EvE=",
        "$scrypt$ln=4,r=8,p=1$c29tZXNhbHQ$wKLPjjH51tEiT1Z0Ai0iVXqFbblw+1TqXHd+ayLW4mA",
    ] {
        let hash = stored(text);
        assert_eq!(verify(&on, "correct horse", &hash).await, OUTDATED);
        assert_eq!(verify(&on, "correct horsf", &hash).await, WRONG);
        assert_eq!(verify(&off, "correct horse", &hash).await, WRONG);
        assert_eq!(on.can_verify(&hash), Ok(()));
        assert_eq!(
            off.can_verify(&hash),
            Err("PBKDF2 and scrypt are switched off; hashing.foreign_migration = true switches them on")
        );
    }
}
