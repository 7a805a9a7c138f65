//! Properties of password hashing that hold for any password.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use horizon_auth_core::crypto::password_hasher::{HashEngine, HasherConfig, PasswordHasher, Verified};
use horizon_auth_core::domain::password::{Password, PasswordHash};
use horizon_auth_core::domain::policy::Argon2Cost;
use horizon_auth_core::ports::entropy::{Entropy, EntropyError};
use proptest::prelude::*;

/// Gives out the bytes it was told to, so that two hashers can use one salt.
#[derive(Debug)]
struct Told(Mutex<[u8; 16]>);

impl Entropy for Told {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        let bytes = self.0.lock().map_err(|_| EntropyError)?;
        buffer.copy_from_slice(&bytes[..buffer.len()]);
        Ok(())
    }
}

fn hasher(engine: HashEngine, cost: Argon2Cost, salt: [u8; 16]) -> PasswordHasher {
    let config = HasherConfig {
        cost,
        memory_mib: 2,
        max_parallel: 2,
        max_queue: 8,
        queue_deadline: Duration::from_secs(30),
        bcrypt: false,
        foreign: false,
        engine,
    };
    PasswordHasher::new(config, Arc::new(Told(Mutex::new(salt)))).unwrap()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

fn hash(hasher: &PasswordHasher, password: &Password) -> PasswordHash {
    wait(hasher.hash(password)).unwrap()
}

fn verify(hasher: &PasswordHasher, password: &Password, hash: &PasswordHash) -> Verified {
    wait(hasher.verify(password, Some(hash))).unwrap()
}

/// Any text that is accepted as a new password.
fn passwords() -> impl Strategy<Value = Password> {
    prop_oneof![
        proptest::collection::vec(any::<char>(), 8..=128).prop_map(String::from_iter),
        "[ -~]{8,100}",
    ]
    .prop_filter_map("composes to fewer than 8 code points", |text| {
        Password::new(&text).ok()
    })
}

fn costs() -> impl Strategy<Value = Argon2Cost> {
    (1_u32..=4, 1_u32..=4, 0_u32..=480).prop_map(|(lanes, passes, extra)| Argon2Cost {
        memory_kib: 8 * lanes + extra,
        passes,
        lanes,
    })
}

const SMALL: Argon2Cost = Argon2Cost {
    memory_kib: 64,
    passes: 1,
    lanes: 4,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Feature: horizon-auth-npm-package, Property 1: Password Hashing Round-Trip
    #[test]
    fn a_password_verifies_against_its_own_hash(password in passwords(), salt: [u8; 16]) {
        let hasher = hasher(HashEngine::Fast, SMALL, salt);
        let stored = hash(&hasher, &password);
        let found = verify(&hasher, &password, &stored);
        prop_assert_eq!(found, Verified { matches: true, needs_rehash: false });
    }

    /// Feature: horizon-auth-npm-package, Property 1: Password Hashing Round-Trip
    #[test]
    fn another_password_does_not_verify(one in passwords(), other in passwords(), salt: [u8; 16]) {
        prop_assume!(one.as_bytes() != other.as_bytes());
        let hasher = hasher(HashEngine::Fast, SMALL, salt);
        let stored = hash(&hasher, &one);
        prop_assert!(!verify(&hasher, &other, &stored).matches);
    }

    /// Feature: horizon-auth-npm-package, Property 2: Argon2id Hash Format
    #[test]
    fn a_hash_is_an_argon2id_phc_string(password in passwords(), salt: [u8; 16], cost in costs()) {
        let stored = hash(&hasher(HashEngine::Fast, cost, salt), &password);
        let parts: Vec<_> = stored.as_str().split('$').collect();
        let Argon2Cost { memory_kib, passes, lanes } = cost;
        prop_assert_eq!(&parts[..4], &["", "argon2id", "v=19", &format!("m={memory_kib},t={passes},p={lanes}")]);
        prop_assert_eq!(parts.len(), 6);
        prop_assert_eq!(parts[4].len(), 22, "16 bytes of salt");
        prop_assert_eq!(parts[5].len(), 43, "32 bytes of tag");
        prop_assert!(!stored.is_bcrypt());
    }

    /// Two implementations that share no code agree on every bit.
    #[test]
    fn both_engines_make_the_same_hash(password in passwords(), salt: [u8; 16], cost in costs()) {
        let fast = hasher(HashEngine::Fast, cost, salt);
        let conservative = hasher(HashEngine::Conservative, cost, salt);
        let stored = hash(&fast, &password);
        prop_assert!(stored == hash(&conservative, &password), "different hashes");
        prop_assert!(verify(&fast, &password, &stored).matches);
        prop_assert!(verify(&conservative, &password, &stored).matches);
    }

    /// Whatever text is stored, verification answers, and never with yes.
    #[test]
    fn no_text_that_is_not_a_hash_matches(text in "(\\$argon2id\\$v=19\\$m=[0-9]{1,11},t=[0-9]{1,11},p=[0-9]{1,9}\\$)?.{0,120}") {
        let hasher = hasher(HashEngine::Fast, SMALL, [0; 16]);
        let password = Password::offered("correct horse").unwrap();
        let stored = PasswordHash::new(text);
        prop_assert!(!verify(&hasher, &password, &stored).matches);
    }
}
