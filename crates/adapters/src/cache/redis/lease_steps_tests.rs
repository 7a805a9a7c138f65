//! Single steps of the lease, at instants of the test.

use super::*;

fn following(node: &str, now: Instant) -> Lease {
    let mut lease = Lease::new(node, LENGTH);
    lease.follow(
        Place {
            seq: 0,
            life: "a".to_owned(),
        },
        now,
    );
    lease
}

fn entry(seq: u64, from: &str, body: Body) -> Entry {
    Entry {
        seq,
        life: "a".to_owned(),
        from: from.to_owned(),
        body,
    }
}

#[test]
fn a_lease_counts_from_the_sending_of_a_heartbeat_that_was_read_back() {
    let start = Instant::now();
    let mut lease = following("me", start);
    assert_eq!(lease.fresh_until(), None);
    let beat = lease.beat(start);
    let later = start + Duration::from_millis(300);
    assert_eq!(lease.read(entry(1, "me", beat), later), Step::Noted);
    assert_eq!(lease.fresh_until(), Some(start + LENGTH));
    // Somebody else's heartbeat earns nothing.
    lease.read(entry(2, "you", Body::Heartbeat { beat: 2, applied: 0 }), later);
    assert_eq!(lease.fresh_until(), Some(start + LENGTH));
}

#[test]
fn a_gap_and_another_life_end_the_lease() {
    let now = Instant::now();
    for wrong in [
        entry(3, "you", Body::Denied(Vec::new())),
        entry(1, "you", Body::Denied(Vec::new())),
        Entry {
            life: "b".to_owned(),
            ..entry(2, "you", Body::Denied(Vec::new()))
        },
    ] {
        let mut lease = following("me", now);
        let beat = lease.beat(now);
        lease.read(entry(1, "me", beat), now);
        assert!(lease.fresh_until().is_some());
        assert_eq!(lease.read(wrong, now), Step::Lost);
        assert_eq!((lease.fresh_until(), lease.applied()), (None, None));
    }
}

#[test]
fn an_entry_is_everywhere_when_all_who_were_heard_have_applied_it() {
    let start = Instant::now();
    let mut lease = following("me", start);
    let now = start + LENGTH * 2;
    let place = |seq| Place {
        seq,
        life: "a".to_owned(),
    };
    lease.read(entry(1, "you", Body::Heartbeat { beat: 1, applied: 0 }), now);
    lease.read(entry(2, "me", Body::Denied(vec![session(1)])), now);
    assert!(
        !lease.is_everywhere(&place(2), now),
        "the other one has not said so"
    );
    lease.read(entry(3, "you", Body::Heartbeat { beat: 2, applied: 2 }), now);
    assert!(lease.is_everywhere(&place(2), now));
    assert!(!lease.is_everywhere(&place(4), now), "not even read here");
    assert!(
        lease.is_everywhere(&place(3), now + LENGTH * 2),
        "a silent node decides nothing"
    );
    assert!(!lease.is_everywhere(
        &Place {
            life: "b".to_owned(),
            ..place(2)
        },
        now
    ));
}

#[test]
fn who_has_just_begun_to_follow_does_not_know_all_members() {
    let start = Instant::now();
    let mut lease = following("me", start);
    lease.read(entry(1, "me", Body::Denied(vec![session(1)])), start);
    let place = Place {
        seq: 1,
        life: "a".to_owned(),
    };
    assert!(!lease.is_everywhere(&place, start + LENGTH));
    assert!(lease.is_everywhere(&place, start + LENGTH * 2));
}
