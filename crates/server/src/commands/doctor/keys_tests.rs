use horizon_auth::Algorithm;
use horizon_auth::doctor::{LostHashes, TableFacts};

use super::super::finding::State;
use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn times() -> KeyTimes {
    KeyTimes {
        until_signing: std::time::Duration::from_secs(3600),
        until_gone: std::time::Duration::from_secs(3600),
        rotation_period: None,
    }
}

fn key(kid: &str, state: KeyState, changed_at: Timestamp) -> StoredKey {
    StoredKey {
        kid: kid.into(),
        algorithm: Algorithm::Es256,
        public_key: Vec::new(),
        first_seen_at: changed_at,
        state,
        changed_at,
        sealed: None,
    }
}

#[test]
fn keys_of_the_database_need_the_sealing_key_that_fits() {
    let keys = [key("a", KeyState::Active, NOW)];
    let state = |keys: &[StoredKey], unopened: &[String], is_without| {
        stored_keys(None, keys, unopened, is_without, &times(), NOW).state
    };
    assert_eq!(state(&keys, &[], false), State::Ok);
    assert_eq!(state(&keys, &[], true), State::Failed);
    assert_eq!(state(&keys, &["a".to_owned()], false), State::Failed);
    assert_eq!(
        state(&[key("a", KeyState::Known, NOW)], &[], true),
        State::NotApplicable
    );
}

#[test]
fn a_configured_key_that_was_given_up_signs_nothing() {
    let keys = [key("a", KeyState::Revoked, NOW)];
    let state = |configured| stored_keys(configured, &keys, &[], true, &times(), NOW).state;
    assert_eq!(state(Some("a")), State::Failed);
    assert_eq!(state(Some("b")), State::NotApplicable);
}

#[test]
fn a_key_that_waits_too_long_says_that_no_server_runs() {
    let long_ago = NOW - std::time::Duration::from_secs(7200);
    let keys = [
        key("a", KeyState::Active, long_ago),
        key("b", KeyState::Next, long_ago),
    ];
    let found = stored_keys(None, &keys, &[], false, &times(), NOW);
    assert_eq!(found.state, State::Warning);
    assert!(found.seen.contains("the key b"), "{found:?}");
}

#[test]
fn hashes_whose_pepper_is_gone_fail_and_other_systems_warn() {
    let config = Config::from_toml("[database]\nurl = \"sqlite:a\"\n").unwrap();
    let states = |lost_hashes: Vec<LostHashes>| -> Vec<State> {
        let contents = Contents {
            tables: TableFacts::default(),
            lost_hashes,
            keys: Vec::new(),
            unopened_keys: Vec::new(),
        };
        let found = judge_stored(&config, &contents, NOW);
        let hashes = found.iter().filter(|finding| finding.check == "keys.hashes");
        hashes.map(|finding| finding.state).collect()
    };
    let lost = |pepper| LostHashes {
        count: 3,
        reason: "a reason",
        pepper,
    };
    assert_eq!(states(Vec::new()), [State::Ok]);
    assert_eq!(
        states(vec![lost(Some(2)), lost(None)]),
        [State::Failed, State::Warning]
    );
}

#[test]
fn a_key_that_everybody_can_read_is_known_by_its_id() {
    // The private key of RFC 8037, appendix A, as PKCS#8.
    let text = concat!(
        "-----BEGIN PRIVATE ",
        "KEY-----\n",
        "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n",
        "-----END PRIVATE ",
        "KEY-----\n",
    );
    let key = SigningKey::from_pem(text).unwrap();
    let found = judge_signing(&key, Environment::Production);
    assert_eq!(found.state, State::Failed);
    assert!(found.seen.contains("RFC 8037"), "{found:?}");
    assert_eq!(
        judge_signing(&key, Environment::Development).state,
        State::Warning
    );
}
