use horizon_auth_core::domain::audit::Level;
use horizon_auth_core::domain::audit_search::{
    AuditFilter, AuditPerson, AuditScan, AuditSpan, NetworkAddress,
};
use horizon_auth_testkit::both_engines;

use super::*;

fn event_id(number: u8) -> EventId {
    EventId::mint(at(number), [number; 10])
}

/// Event `number` is so many milliseconds after [`NOW`].
fn at(number: u8) -> Timestamp {
    NOW + MILLISECOND * u32::from(number)
}

/// Five events: three of person 1 at home, one that only has the address, one elsewhere.
async fn trail(kind: Kind) -> Database {
    let database = tenants(kind).await;
    let row = |number, event| AuditRow::new(event_id(number), at(number), event, &home(), &client());
    let ana = email("Ana@example.com");
    let other = Client::new(
        "2001:db8::1".parse().unwrap(),
        None,
        RequestId::mint(NOW, [9; 10]),
    );
    let rows = [
        row(1, Event::Registered).with_user(user_id(1)).with_email(&ana),
        row(2, Event::LoginFailed).with_email(&ana),
        row(3, Event::LoginSucceeded)
            .with_user(user_id(1))
            .with_session(session_id(1)),
        AuditRow::new(event_id(4), at(4), Event::TokenReuseDetected, &home(), &other).with_user(user_id(1)),
        AuditRow::new(event_id(5), at(5), Event::LoginFailed, &elsewhere(), &client()).with_email(&ana),
    ];
    write(&database.store, async |tx| {
        for row in &rows {
            tx.insert_audit_event(row).await.unwrap();
        }
    })
    .await;
    database
}

fn numbers(scan: &AuditScan) -> Vec<i64> {
    scan.found
        .iter()
        .map(|event| event.at.millis() - NOW.millis())
        .collect()
}

async fn newest(database: &Database, filter: &AuditFilter) -> Vec<i64> {
    let mut db = read(&database.store).await;
    let all = AuditSpan::of(None, None);
    numbers(&db.list_newest_events(filter, all, 100).await.unwrap())
}

both_engines! {
    events_are_found_in_either_order_with_all_their_circumstances => |kind| async move {
        let database = trail(kind).await;
        let mut db = read(&database.store).await;
        let (filter, all) = (AuditFilter::default(), AuditSpan::of(None, None));

        let back = db.list_newest_events(&filter, all, 100).await.unwrap();
        let forth = db.list_oldest_events(&filter, all, 100).await.unwrap();

        assert_eq!((numbers(&back), numbers(&forth)), (vec![5, 4, 3, 2, 1], vec![1, 2, 3, 4, 5]));
        assert_eq!((back.reached, forth.reached), (Some(event_id(1)), Some(event_id(5))));
        let third = &forth.found[2];
        assert_eq!((third.id, third.event.as_str(), third.level.as_str()), (event_id(3), "login_succeeded", "info"));
        assert_eq!((third.tenant.as_str(), third.user, third.session), ("home", Some(user_id(1)), Some(session_id(1))));
        assert_eq!((third.ip.as_deref(), third.user_agent.as_deref()), (Some("192.0.2.1"), Some("contract/1.0")));
        assert_eq!((third.email.as_deref(), third.request), (None, client().request));
        assert_eq!(forth.found[0].email.as_deref(), Some("a***@example.com"));
    };

    each_filter_leaves_the_events_that_fit => |kind| async move {
        let database = trail(kind).await;
        let all = AuditFilter::default;
        let ana = email("ANA@example.com");
        let network = |plain: &str| Some(NetworkAddress { plain: plain.parse().unwrap(), hashed: None });
        let cases: [(AuditFilter, &[i64]); 13] = [
            (AuditFilter { tenant: Some(home()), ..all() }, &[4, 3, 2, 1]),
            (AuditFilter { events: vec![Event::LoginFailed], ..all() }, &[5, 2]),
            (AuditFilter { events: vec![Event::LoginFailed, Event::Registered], ..all() }, &[5, 2, 1]),
            (AuditFilter { least: Level::Warn, ..all() }, &[5, 4, 2]),
            (AuditFilter { least: Level::Error, ..all() }, &[4]),
            (AuditFilter { person: Some(AuditPerson::Account(user_id(1))), ..all() }, &[4, 3, 1]),
            (AuditFilter { person: Some(AuditPerson::Account(user_id(2))), ..all() }, &[]),
            (AuditFilter { person: Some(AuditPerson::of_address(&ana, Some(user_id(1)))), tenant: Some(home()), ..all() }, &[4, 3, 2, 1]),
            (AuditFilter { person: Some(AuditPerson::of_address(&ana, None)), ..all() }, &[5, 2]),
            (AuditFilter { session: Some(session_id(1)), ..all() }, &[3]),
            (AuditFilter { request: Some(RequestId::mint(NOW, [9; 10])), ..all() }, &[4]),
            (AuditFilter { network: network("2001:db8::1"), ..all() }, &[4]),
            (AuditFilter { network: network("192.0.2.1"), least: Level::Warn, ..all() }, &[5, 2]),
        ];
        for (filter, expected) in cases {
            assert_eq!(newest(&database, &filter).await, expected, "{filter:?}");
        }
    };

    hashed_addresses_are_found_by_their_hash => |kind| async move {
        use horizon_auth_core::domain::audit::AuditAddress;
        use horizon_auth_core::domain::session::IpHash;
        let database = tenants(kind).await;
        let hash = IpHash([7; 32]);
        let row = AuditRow {
            ip: Some(AuditAddress::Hashed(hash)),
            ..AuditRow::new(event_id(1), at(1), Event::LoggedOut, &home(), &client())
        };
        write(&database.store, async |tx| tx.insert_audit_event(&row).await.unwrap()).await;

        let found = |hashed| AuditFilter {
            network: Some(NetworkAddress { plain: "192.0.2.1".parse().unwrap(), hashed }),
            ..AuditFilter::default()
        };

        assert_eq!(newest(&database, &found(Some(hash))).await, [1]);
        assert_eq!(newest(&database, &found(Some(IpHash([8; 32])))).await, [0; 0]);
        assert_eq!(newest(&database, &found(None)).await, [0; 0]);
    };

    a_window_says_how_far_it_reached_whatever_it_found => |kind| async move {
        let database = trail(kind).await;
        let mut db = read(&database.store).await;
        let rare = AuditFilter { events: vec![Event::Registered], ..AuditFilter::default() };
        let all = AuditSpan::of(None, None);

        let first = db.list_newest_events(&rare, all, 2).await.unwrap();
        let rest = db.list_newest_events(&rare, all.before(first.reached.unwrap()), 10).await.unwrap();
        let oldest = db.list_oldest_events(&rare, all, 2).await.unwrap();
        let after = db.list_oldest_events(&rare, all.after(oldest.reached.unwrap()), 10).await.unwrap();
        let nothing = db.list_oldest_events(&rare, all.after(after.reached.unwrap()), 10).await.unwrap();

        assert_eq!((numbers(&first), first.reached), (vec![], Some(event_id(4))));
        assert_eq!((numbers(&rest), rest.reached), (vec![1], Some(event_id(1))));
        assert_eq!((numbers(&oldest), oldest.reached), (vec![1], Some(event_id(2))));
        assert_eq!((numbers(&after), after.reached), (vec![], Some(event_id(5))));
        assert_eq!((numbers(&nothing), nothing.reached), (vec![], None));
    };

    a_span_begins_with_its_first_instant_and_ends_before_its_last => |kind| async move {
        let database = trail(kind).await;
        let mut db = read(&database.store).await;
        let span = AuditSpan::of(Some(at(2)), Some(at(4)));

        let scan = db.list_newest_events(&AuditFilter::default(), span, 100).await.unwrap();

        assert_eq!(numbers(&scan), [3, 2]);
    };
}
