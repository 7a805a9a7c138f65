//! Idle and absolute life.

use std::time::Duration;

use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Kind, TestApp, both_engines};

use super::{Browser, ana, app_on};
use crate::support::assert_problem;

const DAY: Duration = Duration::from_secs(24 * 3600);
const SECOND: Duration = Duration::from_secs(1);

async fn until_noted(app: &TestApp, seen_at: i64) {
    for _ in 0..500 {
        let noted = format!("SELECT COUNT(*) FROM sessions WHERE last_seen_at = {seen_at}");
        if app.engine.database.number(&noted).await == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the use was never noted");
}

/// Uses the session and waits until that is written down.
async fn uses(app: &TestApp, browser: &Browser) -> u16 {
    let status = browser.me(app).await;
    if status == 200 {
        until_noted(app, app.engine.auth.now().millis()).await;
    }
    status
}

both_engines! {
    an_unused_session_dies_after_its_idle_life_and_the_cookie_is_removed => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut ana = ana(&app).await;
        app.engine.clock.advance((7 * DAY).saturating_sub(SECOND));
        let patient = ana.clone();
        app.engine.clock.advance(SECOND);
        assert_eq!(patient.me(&app).await, 401);
        let answer = ana.get(&app, "/auth/me").await;
        assert_problem(&answer, Code::SessionEnded, "/auth/me");
        assert!(ana.jar.is_empty(), "a dead cookie does not come again");
    };

    a_used_session_lives_on_until_its_absolute_end => |kind: Kind| async move {
        let app = app_on(kind).await;
        let ana = ana(&app).await;
        for _ in 0..4 {
            app.engine.clock.advance((7 * DAY).saturating_sub(SECOND));
            assert_eq!(uses(&app, &ana).await, 200);
        }
        app.engine.clock.advance(2 * DAY + 3 * SECOND);
        assert_eq!(ana.me(&app).await, 200, "a second before its end");
        app.engine.clock.advance(SECOND);
        assert_eq!(ana.me(&app).await, 401);
    };

    a_session_that_another_node_has_seen_is_not_idle => |kind: Kind| async move {
        let app = app_on(kind).await;
        let ana = ana(&app).await;
        assert_eq!(ana.me(&app).await, 200, "this node remembers the first idle end");
        let other = TestApp::with_config(app.engine.twin().await, app.http.config.clone());
        app.engine.clock.advance(6 * DAY);
        assert_eq!(ana.me(&other).await, 200);
        until_noted(&app, app.engine.auth.now().millis()).await;
        app.engine.clock.advance(2 * DAY);
        assert_eq!(ana.me(&app).await, 200);
    };

    a_use_never_brings_an_ended_session_back => |kind: Kind| async move {
        let app = app_on(kind).await;
        let ana = ana(&app).await;
        let mut gone = ana.clone();
        gone.post(&app, "/auth/logout", serde_json::json!({})).await;
        app.engine.clock.advance(2 * DAY);
        assert_eq!(ana.me(&app).await, 401);
        let seen = "SELECT COUNT(*) FROM sessions WHERE last_seen_at > created_at OR revoked_at IS NULL";
        assert_eq!(app.engine.database.number(seen).await, 0);
    };
}

#[tokio::test]
async fn uses_within_a_minute_are_noted_once() {
    let app = app_on(Kind::Sqlite).await;
    let ana = ana(&app).await;
    let start = app.engine.auth.now().millis();
    for _ in 0..5 {
        app.engine.clock.advance(Duration::from_secs(11));
        assert_eq!(ana.me(&app).await, 200);
    }
    let noted = format!("SELECT COUNT(*) FROM sessions WHERE last_seen_at = {start}");
    assert_eq!(app.engine.database.number(&noted).await, 1);
    app.engine.clock.advance(Duration::from_secs(11));
    assert_eq!(uses(&app, &ana).await, 200);
}
