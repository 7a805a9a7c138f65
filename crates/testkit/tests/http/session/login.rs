//! Log-in, one's own account, log-out.

use horizon_auth_core::error::Code;
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Kind, both_engines};
use serde_json::json;

use super::{ANA, Browser, CSRF, PASSWORD, SESSION, app, app_on, app_with, set_cookies};
use crate::support::{assert_common_headers, assert_problem, assert_safe_user, credentials, keys, names};

both_engines! {
    a_log_in_answers_who_it_is_and_sets_the_cookies => |kind: Kind| async move {
        let app = app_on(kind).await;
        Browser::registered(&app, ANA).await;
        let mut ana = Browser::default();
        let answer = ana.login(&app, ANA).await;
        assert_eq!(answer.status, 200);
        assert_eq!(keys(&answer.json()), names(["id", "email", "emailVerified"]));
        assert_eq!((&answer.json()["email"], &answer.json()["emailVerified"]), (&json!(ANA), &json!(false)));
        assert_eq!(keys(&json!(set_cookies(&answer))), names([SESSION, CSRF]));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_common_headers(&answer);
        let me = ana.get(&app, "/auth/me").await;
        assert_safe_user(&me.json(), ANA);
        assert_eq!(me.json()["id"], answer.json()["id"]);
    };

    a_log_out_ends_the_session_that_asks_and_no_other => |kind: Kind| async move {
        let app = app_on(kind).await;
        let phone = Browser::registered(&app, ANA).await;
        let mut laptop = Browser::logged_in(&app, ANA).await;
        let stolen = laptop.clone();
        let answer = laptop.post(&app, "/auth/logout", json!({})).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
        assert!(laptop.jar.is_empty());
        assert_eq!((stolen.me(&app).await, phone.me(&app).await), (401, 200));
        let answer = stolen.clone().get(&app, "/auth/me").await;
        assert_problem(&answer, Code::SessionEnded, "/auth/me");
        let events = "SELECT COUNT(*) FROM audit_events WHERE event = 'session_ended'";
        assert_eq!(app.engine.database.number(events).await, 1);
    };

    refusals_are_one_answer_and_set_nothing => |kind: Kind| async move {
        let app = app_on(kind).await;
        Browser::registered(&app, ANA).await;
        for body in [credentials("nobody@example.com", "whatever it is"), credentials(ANA, "not her password")] {
            let answer = Browser::default().post(&app, "/auth/login", body).await;
            assert_problem(&answer, Code::InvalidCredentials, "/auth/login");
            assert!(!answer.headers.contains_key("set-cookie"));
        }
    };

    an_unproved_address_is_told_so_only_after_the_right_password => |kind: Kind| async move {
        let app = app_with(kind, Profile::Session, |policy| policy.require_verified_email = true).await;
        Browser::default().post(&app, "/auth/register", credentials(ANA, PASSWORD)).await;
        let wrong = Browser::default().post(&app, "/auth/login", credentials(ANA, "not her password")).await;
        assert_problem(&wrong, Code::InvalidCredentials, "/auth/login");
        let right = Browser::default().login(&app, ANA).await;
        assert_problem(&right, Code::EmailNotVerified, "/auth/login");
        assert!(!right.headers.contains_key("set-cookie"));
    };
}

#[tokio::test]
async fn without_a_cookie_nobody_is_anybody() {
    let app = app().await;
    for path in ["/auth/me", "/auth/profile", "/auth/account/export"] {
        let answer = Browser::default().get(&app, path).await;
        assert_problem(&answer, Code::TokenMissing, path);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let answer = Browser::default().post(&app, "/auth/logout", json!({})).await;
    assert_problem(&answer, Code::TokenMissing, "/auth/logout");
}

#[tokio::test]
async fn with_the_token_profile_alone_a_session_cookie_proves_nothing() {
    let app = app_with(Kind::Sqlite, Profile::Both, |_| {}).await;
    let mut ana = Browser::default();
    ana.post(&app, "/session/auth/register", credentials(ANA, PASSWORD))
        .await;
    assert_eq!(ana.get(&app, "/auth/profile").await.status, 200);
    let tokens_only = horizon_auth_testkit::TestApp::with_config(
        app.engine.twin().await,
        horizon_auth_http::config::HttpConfig::new(crate::support::ORIGIN.into()),
    );
    let answer = ana.get(&tokens_only, "/auth/profile").await;
    assert_problem(&answer, Code::TokenMissing, "/auth/profile");
}
