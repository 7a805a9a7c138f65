//! Hashes made, checked, outdated and refused.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use super::*;
use crate::ports::entropy::EntropyError;

/// Different on every call, as salts must be.
#[derive(Debug, Default)]
pub(super) struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(self.0.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}

#[derive(Debug)]
struct Dry;

impl Entropy for Dry {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError)
    }
}

const COST: Argon2Cost = Argon2Cost {
    memory_kib: 64,
    passes: 2,
    lanes: 2,
};
const BOTH: [HashEngine; 2] = [HashEngine::Fast, HashEngine::Conservative];
/// "correctbatteryhorsestapler" at cost 4.
pub(super) const BCRYPT: &str = "$2b$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie";

pub(super) fn config() -> HasherConfig {
    HasherConfig {
        cost: COST,
        memory_mib: 8,
        max_parallel: 2,
        max_queue: 16,
        queue_deadline: Duration::from_secs(20),
        bcrypt: true,
        foreign: true,
        engine: HashEngine::Fast,
    }
}

pub(super) fn hasher(config: HasherConfig) -> PasswordHasher {
    PasswordHasher::new(config, Arc::new(Counting::default())).unwrap()
}

pub(super) fn password(text: &str) -> Password {
    Password::offered(text).unwrap()
}

pub(super) fn stored(text: &str) -> PasswordHash {
    PasswordHash::new(text.to_owned())
}

pub(super) const WRONG: Verified = Verified {
    matches: false,
    needs_rehash: false,
};
pub(super) const RIGHT: Verified = Verified {
    matches: true,
    needs_rehash: false,
};
pub(super) const OUTDATED: Verified = Verified {
    matches: true,
    needs_rehash: true,
};

#[tokio::test]
async fn a_password_opens_its_own_hash_only() {
    for engine in BOTH {
        let hasher = hasher(HasherConfig { engine, ..config() });
        let hash = hasher.hash(&password("correct horse")).await.unwrap();
        assert_eq!(
            hasher
                .verify(&password("correct horse"), Some(&hash))
                .await
                .unwrap(),
            RIGHT
        );
        assert_eq!(
            hasher
                .verify(&password("correct horsf"), Some(&hash))
                .await
                .unwrap(),
            WRONG
        );
    }
}

#[tokio::test]
async fn a_hash_is_an_argon2id_phc_string_with_a_salt_of_its_own() {
    let hasher = hasher(config());
    let one = hasher.hash(&password("correct horse")).await.unwrap();
    let two = hasher.hash(&password("correct horse")).await.unwrap();
    assert!(
        one.as_str()
            .starts_with("$argon2id$v=19$m=64,t=2,p=2$AAAAAAAAAAAAAAAAAAAAAA$")
    );
    assert_eq!(one.as_str().rsplit('$').next().map(str::len), Some(43));
    assert_ne!(one, two);
}

#[tokio::test]
async fn the_standard_cost_gives_the_documented_format() {
    let config = HasherConfig {
        cost: Argon2Cost::STANDARD,
        memory_mib: 64,
        ..config()
    };
    let hasher = hasher(config);
    let hash = hasher.hash(&password("correct horse")).await.unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=65536,t=3,p=4$"));
    assert_eq!(
        hasher
            .verify(&password("correct horse"), Some(&hash))
            .await
            .unwrap(),
        RIGHT
    );
}

#[tokio::test]
async fn a_hash_of_the_reference_implementation_is_verified_and_replaced() {
    // From the test suite of the reference implementation: 64 MiB, which here is two shares.
    let hash =
        stored("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
    for engine in BOTH {
        let hasher = hasher(HasherConfig {
            engine,
            cost: Argon2Cost {
                memory_kib: 32 * 1024,
                ..COST
            },
            memory_mib: 64,
            ..config()
        });
        assert_eq!(hasher.stats().parallel, 2);
        assert_eq!(
            hasher.verify(&password("password"), Some(&hash)).await.unwrap(),
            OUTDATED
        );
        assert_eq!(
            hasher.verify(&password("passwore"), Some(&hash)).await.unwrap(),
            WRONG
        );
    }
}

#[tokio::test]
async fn a_hash_made_otherwise_than_today_is_to_be_replaced() {
    let today = hasher(config());
    for (cost, expected) in [
        (COST, RIGHT),
        (
            Argon2Cost {
                memory_kib: 65,
                ..COST
            },
            OUTDATED,
        ),
        (
            Argon2Cost {
                memory_kib: 63,
                ..COST
            },
            OUTDATED,
        ),
        (
            Argon2Cost {
                memory_kib: 8192,
                ..COST
            },
            OUTDATED,
        ),
        (Argon2Cost { passes: 1, ..COST }, OUTDATED),
        (Argon2Cost { lanes: 1, ..COST }, OUTDATED),
    ] {
        let other = hasher(HasherConfig { cost, ..config() });
        let hash = other.hash(&password("correct horse")).await.unwrap();
        let right = today
            .verify(&password("correct horse"), Some(&hash))
            .await
            .unwrap();
        assert_eq!(right, expected, "{cost:?}");
        let wrong = today.verify(&password("wrong"), Some(&hash)).await.unwrap();
        assert_eq!(wrong, WRONG, "{cost:?}: a failed log-in replaces nothing");
    }
}

#[tokio::test]
async fn short_salts_and_tags_are_to_be_replaced() {
    for (salt, tag) in [(8, 32), (16, 16), (16, 64), (64, 32)] {
        let mut phc = Phc {
            cost: COST,
            keyid: None,
            salt: vec![9; salt],
            tag: vec![0; tag],
        };
        Arena::new(HashEngine::Conservative)
            .derive(COST, Input::new(b"correct horse", &phc.salt), &mut phc.tag)
            .unwrap();
        let hash = PasswordHash::new(phc.to_string());
        let found = hasher(config())
            .verify(&password("correct horse"), Some(&hash))
            .await
            .unwrap();
        assert_eq!(found, OUTDATED, "salt {salt}, tag {tag}");
    }
}

#[tokio::test]
async fn an_unknown_user_costs_a_hash_and_never_matches() {
    let hasher = hasher(config());
    assert_eq!(hasher.verify(&password("anything"), None).await.unwrap(), WRONG);
    let check = hasher.0.check(&password("anything"), None);
    assert!(matches!(check, Check::Argon2 { decoy: true, ref phc, .. } if phc.cost == COST));
}

#[tokio::test]
async fn a_decoy_does_not_match_even_where_its_tag_does() {
    let mut arena = Arena::new(HashEngine::Fast);
    let mut tag = vec![0; TAG_LEN];
    arena
        .derive(COST, Input::new(b"anything", &[0; SALT_LEN]), &mut tag)
        .unwrap();
    let phc = Phc {
        cost: COST,
        keyid: None,
        salt: vec![0; SALT_LEN],
        tag,
    };
    let check = Check::Argon2 {
        phc,
        seen: Zeroizing::new(b"anything".to_vec()),
        outdated: true,
        decoy: true,
    };
    assert_eq!(check.run(&mut arena).unwrap(), WRONG);
}

#[tokio::test]
async fn hostile_hashes_cost_a_decoy_and_nothing_they_ask_for() {
    let salt_and_tag = "c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let hasher = hasher(config());
    for text in [
        format!("$argon2id$v=19$m=4194304,t=1,p=1${salt_and_tag}"),
        format!("$argon2id$v=19$m=4294967295,t=4294967295,p=16777215${salt_and_tag}"),
        format!("$argon2id$v=19$m=8193,t=1,p=1${salt_and_tag}"),
        format!("$argon2id$v=19$m=64,t=21,p=1${salt_and_tag}"),
        format!("$argon2id$v=19$m=64,t=1,p=17${salt_and_tag}"),
        format!("$argon2i$v=19$m=64,t=1,p=1${salt_and_tag}"),
        "$argon2id$v=19$m=64,t=1,p=1$$".to_owned(),
        BCRYPT.replace("$04$", "$31$"),
        format!("$argon2id$v=19$m=64,t=2,p=2,keyid=MQ${salt_and_tag}"),
        format!("$scrypt$ln=40,r=8,p=1${salt_and_tag}"),
        format!("$scrypt$ln=16,r=8,p=1${salt_and_tag}"),
        format!("$pbkdf2-sha256$i=4000000000${salt_and_tag}"),
        "pbkdf2_sha256$4000000000$seasalt2$h121Zi02iSuiMdr1olwPxdVJRqbvQiePePkvv6M4EvE=".to_owned(),
        "$argon2id$v=19$".repeat(70_000),
        format!("$scrypt$ln=4,r=8,p=1${}", "A".repeat(1 << 20)),
        String::new(),
    ] {
        let hash = PasswordHash::new(text);
        // `run` is given nothing but this: what it does not hold cannot be allocated.
        let check = hasher.0.check(&password("password"), Some(&hash));
        assert!(
            matches!(check, Check::Argon2 { decoy: true, ref phc, .. } if phc.cost == COST),
            "{:.80}",
            hash.as_str()
        );
        assert!(hasher.can_verify(&hash).is_err());
        let begun = Instant::now();
        assert_eq!(
            hasher.verify(&password("password"), Some(&hash)).await.unwrap(),
            WRONG
        );
        assert!(begun.elapsed() < Duration::from_secs(1), "{}", hash.as_str());
    }
}

#[test]
fn memory_and_cores_decide_how_many_hash_at_once() {
    let mib = 1024;
    for (memory_kib, memory_mib, max_parallel, expected) in [
        (64 * mib, 64, 8, Some(1)),
        (64 * mib, 127, 8, Some(1)),
        (64 * mib, 128, 8, Some(2)),
        (64 * mib, 4096, 8, Some(8)),
        (64 * mib, 128, 0, Some(1)),
        (64 * mib + 1, 128, 8, Some(1)),
        (64, 2, 8, Some(2)),
        (64 * mib, 63, 8, None),
        (64, 0, 8, None),
    ] {
        let config = HasherConfig {
            cost: Argon2Cost { memory_kib, ..COST },
            memory_mib,
            max_parallel,
            ..config()
        };
        let made = PasswordHasher::new(config, Arc::new(Dry));
        let parallel = made.as_ref().ok().map(|hasher| hasher.stats().parallel);
        assert_eq!(
            parallel, expected,
            "{memory_kib} KiB in {memory_mib} MiB, {max_parallel}"
        );
        if let Err(error) = made {
            assert!(error.reason().contains("too small for a single hash"));
        }
    }
}

#[test]
fn costs_that_could_not_be_verified_later_are_refused_at_the_start() {
    for cost in [
        Argon2Cost { lanes: 0, ..COST },
        Argon2Cost { lanes: 17, ..COST },
        Argon2Cost { passes: 0, ..COST },
        Argon2Cost { passes: 21, ..COST },
        Argon2Cost {
            memory_kib: 15,
            ..COST
        },
    ] {
        let config = HasherConfig { cost, ..config() };
        assert!(PasswordHasher::new(config, Arc::new(Dry)).is_err(), "{cost:?}");
    }
}

#[tokio::test]
async fn without_entropy_nothing_is_hashed() {
    let hasher = PasswordHasher::new(config(), Arc::new(Dry)).unwrap();
    let result = hasher.hash(&password("correct horse")).await;
    assert!(matches!(result, Err(Error::Internal(_))), "{result:?}");
}

#[tokio::test]
async fn debug_output_shows_no_secret() {
    let text = format!("{:?}", hasher(config()));
    assert!(text.starts_with("PasswordHasher"), "{text}");
    assert!(!text.contains("entropy"), "{text}");
}
