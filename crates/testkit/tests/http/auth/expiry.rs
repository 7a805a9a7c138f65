//! Lives of tokens, to the millisecond.

use std::time::Duration;

use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Kind, TestApp, TestAuth, both_engines};

use crate::support::{ANA, app, assert_problem, profile, refresh};

const MILLI: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn just_before(end: Duration) -> Duration {
    end.saturating_sub(MILLI)
}

#[tokio::test]
async fn an_access_token_lives_exactly_15_minutes() {
    let app = app().await;
    let token = app.register(ANA).await.access_token();
    app.engine.clock.advance(just_before(15 * MINUTE));
    assert_eq!(profile(&app, &token).await.status, 200);
    app.engine.clock.advance(MILLI);
    let answer = profile(&app, &token).await;
    assert_problem(&answer, Code::TokenExpired, "/auth/profile");
    assert_eq!(
        answer.header("www-authenticate"),
        r#"Bearer error="invalid_token""#
    );
}

both_engines! {
    an_unused_refresh_token_lives_exactly_7_days => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let (kept, late) = (app.register(ANA).await, app.register("ben@example.com").await);
        app.engine.clock.advance(just_before(7 * DAY));
        assert_eq!(refresh(&app, &kept.cookie()).await.status, 200);
        app.engine.clock.advance(MILLI);
        let answer = refresh(&app, &late.cookie()).await;
        assert_problem(&answer, Code::RefreshExpired, "/auth/refresh");
        assert_eq!(
            answer.header("set-cookie"),
            "refresh_token=; Path=/auth/refresh; HttpOnly; SameSite=Strict; Max-Age=0"
        );
    };

    a_session_lives_exactly_30_days_however_often_it_is_refreshed => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let mut cookie = app.register(ANA).await.cookie();
        for left in [7, 7, 7, 6] {
            app.engine.clock.advance(6 * DAY);
            let answer = refresh(&app, &cookie).await;
            let life = format!("Max-Age={}", left * 86_400);
            assert!(answer.header("set-cookie").ends_with(&life), "{}", answer.header("set-cookie"));
            cookie = answer.cookie();
        }
        // Since day 24 the cookie is cut to what is left of the 30 days.
        app.engine.clock.advance(5 * DAY);
        let answer = refresh(&app, &cookie).await;
        assert!(answer.header("set-cookie").ends_with("Max-Age=86400"), "{}", answer.header("set-cookie"));
        app.engine.clock.advance(just_before(DAY));
        let last = refresh(&app, &answer.cookie()).await;
        assert_eq!(last.status, 200);
        assert!(last.header("set-cookie").ends_with("Max-Age=0"), "{}", last.header("set-cookie"));
        app.engine.clock.advance(MILLI);
        assert_problem(&refresh(&app, &last.cookie()).await, Code::SessionEnded, "/auth/refresh");
    };
}
