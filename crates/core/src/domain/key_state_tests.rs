use super::*;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const SECOND: Duration = Duration::from_secs(1);
const TIMES: KeyTimes = KeyTimes {
    until_signing: Duration::from_secs(100),
    until_gone: Duration::from_secs(50),
    rotation_period: Some(Duration::from_secs(1000)),
};

fn key(kid: &str, state: KeyState, changed_at: Timestamp) -> StoredKey {
    StoredKey {
        kid: kid.to_owned(),
        algorithm: Algorithm::Es256,
        public_key: Vec::new(),
        first_seen_at: START,
        state,
        changed_at,
        sealed: None,
    }
}

fn promote(next: &str, active: &str) -> KeyStep {
    KeyStep::Promote {
        next: next.to_owned(),
        active: Some(active.to_owned()),
    }
}

#[test]
fn a_state_is_found_again_by_its_word() {
    for state in KeyState::ALL {
        assert_eq!(KeyState::parse(state.as_str()), Some(state));
        assert!(!(state.is_managed() && state.is_over()));
    }
    assert_eq!(KeyState::parse("Active"), None);
    assert_eq!(KeyState::parse(""), None);
}

#[test]
fn a_next_key_signs_when_no_verifier_can_lack_it_any_more_and_not_a_moment_earlier() {
    let keys = [
        key("new", KeyState::Next, START),
        key("old", KeyState::Active, START),
    ];
    let due = START + TIMES.until_signing;
    assert_eq!(KeyStep::due(&keys, &TIMES, due - Duration::from_millis(1)), None);
    assert_eq!(KeyStep::due(&keys, &TIMES, due), Some(promote("new", "old")));
}

#[test]
fn a_retiring_key_goes_when_its_last_token_is_dead_and_not_a_moment_earlier() {
    let keys = [
        key("old", KeyState::Retiring, START),
        key("new", KeyState::Active, START),
    ];
    let due = START + TIMES.until_gone;
    assert_eq!(KeyStep::due(&keys, &TIMES, due - Duration::from_millis(1)), None);
    assert_eq!(
        KeyStep::due(&keys, &TIMES, due),
        Some(KeyStep::Forget {
            kid: "old".to_owned()
        })
    );
}

#[test]
fn an_old_active_key_asks_for_another_one_only_where_that_is_wanted_and_none_waits() {
    let active = key("old", KeyState::Active, START);
    let due = START + Duration::from_secs(1000);
    let renew = Some(KeyStep::Renew {
        algorithm: Algorithm::Es256,
    });
    assert_eq!(
        KeyStep::due(std::slice::from_ref(&active), &TIMES, due - SECOND),
        None
    );
    assert_eq!(KeyStep::due(std::slice::from_ref(&active), &TIMES, due), renew);
    let never = KeyTimes {
        rotation_period: None,
        ..TIMES
    };
    assert_eq!(KeyStep::due(std::slice::from_ref(&active), &never, due), None);
    let waiting = [active, key("new", KeyState::Next, due)];
    assert_eq!(KeyStep::due(&waiting, &TIMES, due), None);
}

#[test]
fn a_promotion_comes_before_everything_else() {
    let keys = [
        key("older", KeyState::Retiring, START),
        key("old", KeyState::Active, START),
        key("new", KeyState::Next, START),
    ];
    assert_eq!(
        KeyStep::due(&keys, &TIMES, START + Duration::from_secs(5000)),
        Some(promote("new", "old"))
    );
}

#[test]
fn nothing_happens_to_other_keys_nor_before_its_time_if_a_clock_is_behind() {
    for state in [KeyState::Known, KeyState::Gone, KeyState::Revoked] {
        let keys = [key("it", state, START)];
        assert_eq!(
            KeyStep::due(&keys, &TIMES, START + Duration::from_secs(1_000_000)),
            None
        );
    }
    let keys = [
        key("new", KeyState::Next, START),
        key("old", KeyState::Active, START),
    ];
    assert_eq!(
        KeyStep::due(&keys, &TIMES, START - Duration::from_secs(3600)),
        None
    );
}

#[test]
fn the_waits_cover_cache_tokens_and_clocks() {
    let mut policy = Policy::new(TenantId::parse("default").unwrap(), Role::parse("user").unwrap());
    policy.leeway = Duration::from_secs(7);
    let times = KeyTimes::of(&policy);
    assert_eq!(times.until_signing, Duration::from_secs(3600 + 60 + 30));
    assert_eq!(times.until_gone, Duration::from_secs(900 + 7 + 120 + 30));
    assert_eq!(times.rotation_period, None);
    assert!(KeyTimes::CONFIRMED < KeyTimes::STALENESS);
}
