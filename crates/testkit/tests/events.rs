//! Security events as an application hears them.

use std::time::Duration;

use horizon_auth_core::domain::audit::{Event, Level};
use horizon_auth_core::error::Code;
use horizon_auth_core::events::{Heard, SecurityEvents};
use horizon_auth_testkit::{TestAuth, both_engines};

const ANA: &str = "ana@example.com";

/// What was told until now.
async fn told(events: &mut SecurityEvents) -> Vec<Heard> {
    let mut heard = Vec::new();
    while let Ok(Some(next)) = tokio::time::timeout(Duration::ZERO, events.next()).await {
        heard.push(next);
    }
    heard
}

async fn names(events: &mut SecurityEvents) -> Vec<&'static str> {
    let name = |heard: Heard| match heard {
        Heard::Event(event) => event.name(),
        Heard::Missed(_) => "missed",
    };
    told(events).await.into_iter().map(name).collect()
}

both_engines! {
    events_are_told_in_order_after_their_commit => |kind| async move {
        let engine = TestAuth::on(kind).await;
        let mut events = engine.auth.subscribe_events();

        let first = engine.signed_in(ANA).await;
        assert!(engine.login_with(ANA, "a wrong password").await.is_err());
        let second = engine.login(ANA).await.unwrap();
        engine.refresh(&second.refresh.secret).await.unwrap();
        engine.logout(&first.access_token).await.unwrap();

        assert_eq!(
            names(&mut events).await,
            ["registered", "login_failed", "login_succeeded", "token_refreshed", "logged_out"]
        );
        let stored = engine.database.number("SELECT COUNT(*) FROM audit_events").await;
        assert_eq!(stored, 5);
    };

    an_event_of_a_transaction_that_was_rolled_back_is_never_told => |kind| async move {
        let engine = TestAuth::on(kind).await;
        engine.signed_in(ANA).await;
        let mut events = engine.auth.subscribe_events();
        // What is written last makes the whole fail.
        engine.database.execute("DROP TABLE audit_events").await;

        let error = engine.login(ANA).await.unwrap_err();

        assert!(matches!(error.code(), Code::Internal | Code::Unavailable), "{error:?}");
        assert_eq!(told(&mut events).await, []);
    };
}

#[tokio::test]
async fn an_event_names_ids_and_holds_no_address() {
    let engine = TestAuth::new().await;
    let mut events = engine.auth.subscribe_events();
    let logged_in = engine.signed_in(ANA).await;

    let Some(Heard::Event(event)) = events.next().await else {
        panic!("an event");
    };

    assert_eq!((event.event, event.level()), (Event::Registered, Level::Info));
    assert_eq!(event.user, Some(logged_in.user.id));
    assert_eq!(event.session, Some(logged_in.session));
    assert_eq!(event.at, engine.auth.now());
    assert_eq!(event.tenant.as_str(), "default");
    assert!(!format!("{event:?}").contains("ana"), "{event:?}");
}

#[tokio::test]
async fn a_listener_that_sleeps_holds_nobody_up_and_learns_how_much_it_missed() {
    let engine = TestAuth::new().await;
    engine.signed_in(ANA).await;
    let mut asleep = engine.auth.subscribe_events();
    let mut missed = 0;
    let mut heard = 0;

    // More than there is room for.
    for _ in 0..1100 {
        engine.login(ANA).await.unwrap();
    }

    for told in told(&mut asleep).await {
        match told {
            Heard::Event(_) => heard += 1,
            Heard::Missed(count) => missed += count,
        }
    }
    assert_eq!((missed, heard), (1100 - 1024, 1024));
}

#[tokio::test]
async fn a_node_that_stood_down_accepts_no_token_and_acknowledges_no_log_out() {
    let engine = TestAuth::new().await;
    let logged_in = engine.signed_in(ANA).await;
    engine.authenticate(&logged_in.access_token).await.unwrap();

    engine.auth.stand_down();

    let refused = engine.authenticate(&logged_in.access_token).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    let refused = engine.end_session(&logged_in.refresh.secret).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    assert!(engine.auth.heal().await.is_err(), "nothing brings it back");
    assert!(engine.authenticate(&logged_in.access_token).await.is_err());
}

#[tokio::test]
async fn the_events_end_with_the_engine() {
    let engine = TestAuth::new().await;
    let mut events = engine.auth.subscribe_events();

    drop(engine);

    assert_eq!(events.next().await, None);
}
