//! Searching and following the trail.

use std::time::Duration;

use horizon_auth_core::domain::audit::{AuditRow, Event};
use horizon_auth_core::domain::audit_search::{AuditFilter, AuditRecord, AuditSpan};
use horizon_auth_core::domain::ids::EventId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::flows::{AuditOrder, AuditTail};
use horizon_auth_core::ports::store::Store as _;
use horizon_auth_testkit::{TestAuth, both_engines};

use super::home;

/// Writes events at these instants in one transaction, as a node would that took until now to commit.
async fn commit(t: &TestAuth, event: Event, instants: &[Timestamp]) {
    let mut tx = t.database.store.begin().await.unwrap();
    for (number, at) in (0_u32..).zip(instants) {
        let mut random = [0; 10];
        random[..4].copy_from_slice(&number.to_be_bytes());
        let row = AuditRow::new(EventId::mint(*at, random), *at, event, &home(), &t.client());
        tx.insert_audit_event(&row).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn instants(events: &[AuditRecord]) -> Vec<Timestamp> {
    events.iter().map(|event| event.at).collect()
}

/// What a look tells.
async fn told(t: &TestAuth, tail: &mut AuditTail) -> Vec<Timestamp> {
    instants(&t.auth.follow_audit(tail).await.unwrap())
}

both_engines! {
    the_last_events_are_shown_in_order_and_older_ones_are_never_told_as_new => |kind| async move {
        let t = TestAuth::on(kind).await;
        let start = t.auth.now();
        let all: Vec<Timestamp> = (0..1200).map(|number| start - seconds(1200) + seconds(number)).collect();
        commit(&t, Event::LoginFailed, &all).await;

        let (last, mut tail) = t.auth.tail_audit(AuditFilter::default(), 3).await.unwrap();

        assert_eq!(instants(&last), all[1197..]);
        for _ in 0..40 {
            assert_eq!(told(&t, &mut tail).await, []);
        }
    };

    an_event_that_is_committed_after_later_ones_is_told_and_each_is_told_once => |kind| async move {
        let t = TestAuth::on(kind).await;
        let start = t.auth.now();
        let (_, mut tail) = t.auth.tail_audit(AuditFilter::default(), 10).await.unwrap();
        t.clock.advance(seconds(10));

        commit(&t, Event::LoginFailed, &[start + seconds(10)]).await;
        assert_eq!(told(&t, &mut tail).await, [start + seconds(10)]);
        commit(&t, Event::LoggedOut, &[start + seconds(8)]).await; // its transaction took two seconds
        assert_eq!(told(&t, &mut tail).await, [start + seconds(8)]);
        assert_eq!(told(&t, &mut tail).await, []);

        // The clock of another node is behind by most of what is allowed.
        commit(&t, Event::Registered, &[start - seconds(50)]).await;
        let mut found = Vec::new();
        for _ in 0..30 {
            found.extend(told(&t, &mut tail).await);
        }
        assert_eq!(found, [start - seconds(50)]);
    };

    a_clock_that_runs_ahead_hides_nothing => |kind| async move {
        let t = TestAuth::on(kind).await;
        let start = t.auth.now();
        let (_, mut tail) = t.auth.tail_audit(AuditFilter::default(), 10).await.unwrap();

        commit(&t, Event::LoginFailed, &[start + seconds(3600)]).await;
        assert_eq!(told(&t, &mut tail).await, [start + seconds(3600)]);
        t.clock.advance(seconds(1));
        commit(&t, Event::LoginFailed, &[start + seconds(1)]).await;
        assert_eq!(told(&t, &mut tail).await, [start + seconds(1)]);
    };

    after_a_long_pause_everything_is_told_in_pages => |kind| async move {
        let t = TestAuth::on(kind).await;
        let start = t.auth.now();
        let (_, mut tail) = t.auth.tail_audit(AuditFilter::default(), 10).await.unwrap();
        t.clock.advance(seconds(7200));
        let all: Vec<Timestamp> = (1..=1300).map(|number| start + seconds(5 * number)).collect();
        commit(&t, Event::LoginFailed, &all).await;

        let mut found = told(&t, &mut tail).await;
        assert!(tail.is_behind());
        while tail.is_behind() {
            found.extend(told(&t, &mut tail).await);
        }
        assert_eq!(found, all);
        assert_eq!(told(&t, &mut tail).await, []);
    };

    a_rare_event_is_found_far_back_and_pages_join_without_a_gap => |kind| async move {
        let t = TestAuth::on(kind).await;
        let start = t.auth.now();
        let all: Vec<Timestamp> = (0..2500).map(|number| start + seconds(number)).collect();
        commit(&t, Event::TokenRefreshed, &all).await;
        commit(&t, Event::KeyRevoked, &[start - seconds(1)]).await;
        let span = AuditSpan::of(None, None);

        let rare = AuditFilter { events: vec![Event::KeyRevoked], ..AuditFilter::default() };
        let page = t.auth.search_audit(&rare, span, AuditOrder::NewestFirst, 10).await.unwrap();
        assert_eq!((instants(&page.events), page.rest), (vec![start - seconds(1)], None));

        for (order, reversed) in [(AuditOrder::OldestFirst, false), (AuditOrder::NewestFirst, true)] {
            let frequent = AuditFilter { events: vec![Event::TokenRefreshed], ..AuditFilter::default() };
            let (mut found, mut rest) = (Vec::new(), Some(span));
            while let Some(span) = rest {
                let page = t.auth.search_audit(&frequent, span, order, 700).await.unwrap();
                assert!(page.events.len() <= 700);
                found.extend(instants(&page.events));
                rest = page.rest;
            }
            if reversed {
                found.reverse();
            }
            assert_eq!(found, all);
        }
    };
}
