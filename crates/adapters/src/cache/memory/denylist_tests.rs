use std::pin::pin;
use std::task::{Context, Poll, Waker};

use horizon_auth_core::domain::tenant::TenantId;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// The outcome of a future that never waits, as memory never does.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("memory never waits"),
    }
}

fn id(number: u8) -> Uuid {
    Uuid::from_bytes([number; 16])
}

/// A token with one number for all its ids.
fn token(number: u8, epoch: i64) -> TokenSubject {
    TokenSubject {
        token: Some(TokenId::from_uuid(id(number))),
        session: SessionId::from_uuid(id(number)),
        user: UserId::from_uuid(id(number)),
        epoch,
        tenant: Fingerprint::from_uuid(id(number)),
        tenant_epoch: epoch,
        key: Some(Fingerprint::from_uuid(id(number))),
    }
}

fn entry(what: Revoked, millis: i64) -> Revocation {
    Revocation {
        tenant: TenantId::parse("home").unwrap(),
        what,
        expires_at: Timestamp::from_millis(NOW.millis() + millis),
    }
}

fn session(number: u8, millis: i64) -> Revocation {
    entry(Revoked::Session(SessionId::from_uuid(id(number))), millis)
}

fn cut_off(number: u8, min_epoch: i64, millis: i64) -> Revocation {
    let user = UserId::from_uuid(id(number));
    entry(Revoked::User { user, min_epoch }, millis)
}

fn loaded(entries: &[Revocation]) -> MemoryDenylist {
    let list = MemoryDenylist::default();
    ready(list.load(entries, list.suspicions())).unwrap();
    list
}

/// Asked late enough for every purge of these tests.
fn denies(list: &MemoryDenylist, subject: &TokenSubject) -> bool {
    ready(list.is_denied(subject, after(1000))).unwrap()
}

fn after(millis: i64) -> Timestamp {
    Timestamp::from_millis(NOW.millis() + millis)
}

#[test]
fn nothing_is_answered_before_the_list_is_loaded() {
    let list = MemoryDenylist::default();
    assert!(!list.is_complete());

    ready(list.deny(&[session(1, 10)])).unwrap();

    assert!(
        ready(list.is_denied(&token(1, 1), NOW)).is_err(),
        "not even what is known"
    );
    assert!(ready(list.is_denied(&token(2, 1), NOW)).is_err());
}

#[test]
fn a_suspect_list_is_silent_until_it_is_loaded_again() {
    let list = loaded(&[session(1, 10)]);
    assert!(denies(&list, &token(1, 1)));

    list.suspect();

    assert!(!list.is_complete());
    assert!(ready(list.is_denied(&token(1, 1), NOW)).is_err());
    assert!(ready(list.is_denied(&token(2, 1), NOW)).is_err());
    ready(list.deny(&[session(2, 10)])).unwrap();
    assert!(!list.is_complete(), "one entry more does not make it complete");
    ready(list.load(&[], list.suspicions())).unwrap();
    assert!(list.is_complete());
    assert!(denies(&list, &token(1, 1)) && denies(&list, &token(2, 1)));
}

#[test]
fn what_is_denied_while_the_database_is_read_stays_denied() {
    let list = MemoryDenylist::default();
    ready(list.deny(&[session(1, 10), cut_off(2, 5, 10)])).unwrap();

    // Read before the two were written.
    ready(list.load(&[cut_off(2, 3, 10)], list.suspicions())).unwrap();

    assert!(denies(&list, &token(1, 1)));
    assert!(denies(&list, &token(2, 4)), "the stricter cut-off survives");
    assert!(!denies(&list, &token(2, 5)));
}

#[test]
fn an_entry_that_was_lengthened_while_the_database_was_read_keeps_its_length() {
    for what in [
        Revoked::Token(TokenId::from_uuid(id(1))),
        Revoked::Session(SessionId::from_uuid(id(1))),
        Revoked::User {
            user: UserId::from_uuid(id(1)),
            min_epoch: 2,
        },
    ] {
        let list = MemoryDenylist::default();
        ready(list.deny(&[entry(what, 20)])).unwrap();

        ready(list.load(&[entry(what, 10)], list.suspicions())).unwrap();
        list.purge(after(15));

        assert!(denies(&list, &token(1, 1)), "{what:?} was revived");
    }
}

#[test]
fn of_several_cut_offs_the_strictest_wins_in_any_order() {
    for order in [[2, 5, 3], [5, 3, 2], [3, 2, 5]] {
        let list = loaded(&[]);
        for epoch in order {
            ready(list.deny(&[cut_off(1, epoch, 10)])).unwrap();
        }
        assert!(denies(&list, &token(1, 4)), "{order:?}");
        assert!(!denies(&list, &token(1, 5)), "{order:?}");
    }
}

#[test]
fn a_token_of_the_new_epoch_passes() {
    let list = loaded(&[cut_off(1, 2, 10)]);

    assert!(denies(&list, &token(1, 1)));
    assert!(!denies(&list, &token(1, 2)));
    assert!(!denies(&list, &token(1, 3)));
    assert!(!denies(&list, &token(2, 1)), "somebody else");
}

#[test]
fn a_purge_drops_what_has_ended_and_nothing_else() {
    let list = loaded(&[
        session(1, 10),
        session(2, 11),
        cut_off(3, 2, 10),
        cut_off(4, 2, 11),
    ]);

    list.purge(after(9));
    assert!((1..=4).all(|number| denies(&list, &token(number, 1))));

    list.purge(after(10));
    assert!(
        !denies(&list, &token(1, 1)) && !denies(&list, &token(3, 1)),
        "ended at this instant"
    );
    assert!(denies(&list, &token(2, 1)) && denies(&list, &token(4, 1)));

    list.purge(after(11));
    let entries = list.read();
    assert!(entries.tokens.is_empty() && entries.sessions.is_empty() && entries.users.is_empty());
}

#[test]
fn a_repeated_entry_is_lengthened_but_never_shortened() {
    let list = loaded(&[session(1, 20)]);

    ready(list.deny(&[session(1, 10)])).unwrap();
    list.purge(after(15));
    assert!(denies(&list, &token(1, 1)));

    ready(list.deny(&[session(1, 30)])).unwrap();
    list.purge(after(25));
    assert!(denies(&list, &token(1, 1)));
}

/// Entries about few ids, so that they meet.
fn entries() -> impl Strategy<Value = Vec<Revocation>> {
    let one = (0..5_u8, 0..4_u8, 0..6_i64, 1..40_i64).prop_map(|(kind, number, epoch, end)| {
        let what = match kind {
            0 => Revoked::Token(TokenId::from_uuid(id(number))),
            1 => Revoked::Session(SessionId::from_uuid(id(number))),
            2 => Revoked::Key(Fingerprint::from_uuid(id(number))),
            3 => Revoked::Tenant {
                tenant: Fingerprint::from_uuid(id(number)),
                min_epoch: epoch,
            },
            _ => Revoked::User {
                user: UserId::from_uuid(id(number)),
                min_epoch: epoch,
            },
        };
        entry(what, end)
    });
    prop::collection::vec(one, 0..12)
}

fn subject() -> impl Strategy<Value = TokenSubject> {
    let numbers = (0..8_u8, 0..5_u8, 0..5_u8, 0..5_u8, 0..8_u8);
    (numbers, 0..6_i64, 0..6_i64).prop_map(|((jti, sid, sub, tid, kid), epoch, tenant_epoch)| {
        // What is beyond the ids in use stands for a session cookie, which is no token.
        TokenSubject {
            token: (jti < 6).then(|| TokenId::from_uuid(id(jti))),
            session: SessionId::from_uuid(id(sid)),
            user: UserId::from_uuid(id(sub)),
            epoch,
            tenant: Fingerprint::from_uuid(id(tid)),
            tenant_epoch,
            key: (kid < 6).then(|| Fingerprint::from_uuid(id(kid))),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_list_agrees_with_the_rule(
        before in entries(), from_sql in entries(), later in entries(),
        subjects in prop::collection::vec(subject(), 1..20), purged in 0..45_i64,
    ) {
        let list = MemoryDenylist::default();
        ready(list.deny(&before)).unwrap();
        ready(list.load(&from_sql, list.suspicions())).unwrap();
        ready(list.deny(&later)).unwrap();
        let all: Vec<Revocation> = [before, from_sql, later].concat();
        let hit = |entry: &Revocation, subject: &TokenSubject| entry.what.hits(subject);

        for subject in &subjects {
            prop_assert_eq!(denies(&list, subject), all.iter().any(|entry| hit(entry, subject)));
        }
        list.purge(after(purged));
        for subject in &subjects {
            let must = all.iter().any(|entry| entry.expires_at > after(purged) && hit(entry, subject));
            let may = all.iter().any(|entry| hit(entry, subject));
            let denied = denies(&list, subject);
            prop_assert!(denied || !must, "a purge revived a token");
            prop_assert!(may || !denied, "a purge denied a token");
        }
    }
}

#[test]
fn a_suspicion_that_comes_while_sql_is_being_read_is_not_lost() {
    let list = MemoryDenylist::default();
    let seen = list.suspicions();
    list.suspect();
    ready(list.load(&[], seen)).unwrap();
    assert!(
        !list.is_complete(),
        "what was read may be older than the suspicion"
    );
    ready(list.load(&[], list.suspicions())).unwrap();
    assert!(list.is_complete());
}

#[test]
fn a_clock_that_went_back_finds_no_token_revived() {
    let list = loaded(&[session(1, 10)]);
    list.purge(after(3600));

    // Back to when the session's tokens were alive: the entry is gone, and the list knows that.
    assert!(ready(list.is_denied(&token(1, 1), after(5))).is_err());
    assert!(!list.is_complete());

    ready(list.load(&[session(1, 10)], list.suspicions())).unwrap();
    assert!(ready(list.is_denied(&token(1, 1), after(5))).unwrap());
    assert!(
        !ready(list.is_denied(&token(2, 1), after(6))).unwrap(),
        "and it goes on"
    );
}

/// What can happen to one node's list.
#[derive(Clone, Debug)]
enum Happening {
    /// The clock is set, in milliseconds after `NOW`.
    Clock(i64),
    /// A session is revoked; its tokens live so long from now.
    Deny(u8, i64),
    Purge,
    /// SQL is read, if that is asked for.
    Heal,
    /// The process starts again.
    Restart,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => (0..7_200_000_i64).prop_map(Happening::Clock),
        4 => (0..6_u8, 1..900_000_i64).prop_map(|(number, life)| Happening::Deny(number, life)),
        2 => Just(Happening::Purge),
        4 => Just(Happening::Heal),
        1 => Just(Happening::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_clock_and_no_restart_revives_a_token(happenings in prop::collection::vec(happening(), 1..80)) {
        let (mut list, mut sql, mut now) = (MemoryDenylist::default(), Vec::new(), 0);
        for happening in happenings {
            match happening {
                Happening::Clock(millis) => now = millis,
                Happening::Deny(number, life) => {
                    let entry = session(number, now + life);
                    sql.push(entry.clone());
                    ready(list.deny(&[entry])).unwrap();
                }
                Happening::Purge => list.purge(after(now)),
                Happening::Heal if list.is_complete() => {}
                Happening::Heal => {
                    // As the statement reads them; rows are swept a day later.
                    let living: Vec<_> = sql.iter().filter(|entry| entry.expires_at > after(now)).cloned().collect();
                    list.purge(after(now));
                    ready(list.load(&living, list.suspicions())).unwrap();
                }
                Happening::Restart => list = MemoryDenylist::default(),
            }
            for number in 0..6 {
                let subject = token(number, 1);
                let denied = sql.iter().any(|entry| entry.what.hits(&subject) && entry.expires_at > after(now));
                if let Ok(answer) = ready(list.is_denied(&subject, after(now))) {
                    prop_assert!(answer || !denied, "session {} at {}", number, now);
                }
            }
        }
    }
}
