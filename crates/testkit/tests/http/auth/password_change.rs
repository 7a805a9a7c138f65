//! `POST /auth/password/change`.

use axum::http::Method;
use horizon_auth_core::domain::limits::Rate;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, TestApp, TestAuth, both_engines};
use serde_json::{Value, json};

use crate::support::{
    ANA, PASSWORD, app, app_with, assert_pair, assert_problem, credentials, login, profile, refresh,
};

const PATH: &str = "/auth/password/change";
const NEW: &str = "another good long password";

async fn change(app: &TestApp, token: &str, current: &str, new: &str) -> Answer {
    let body = json!({ "currentPassword": current, "newPassword": new });
    app.bearer_json(Method::POST, PATH, token, body).await
}

both_engines! {
    a_change_ends_every_session_and_the_caller_goes_on_with_a_fresh_pair => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let here = app.register(ANA).await;
        let there = login(&app, ANA).await;

        let changed = change(&app, &here.access_token(), PASSWORD, NEW).await;

        assert_pair(&changed, 200, ANA);
        for old in [&here, &there] {
            assert_problem(&profile(&app, &old.access_token()).await, Code::TokenRevoked, "/auth/profile");
            assert_problem(&refresh(&app, &old.cookie()).await, Code::SessionEnded, "/auth/refresh");
        }
        assert_eq!(profile(&app, &changed.access_token()).await.status, 200);
        assert_eq!(refresh(&app, &changed.cookie()).await.status, 200);
        assert_problem(&login(&app, ANA).await, Code::InvalidCredentials, "/auth/login");
        assert_eq!(app.post("/auth/login", credentials(ANA, NEW)).await.status, 200);
        app.engine.deliver_all().await;
        assert!(app.engine.mailbox.kinds_to(ANA).contains(&MailKind::PasswordChanged));
        let told = "SELECT COUNT(*) FROM audit_events WHERE event = 'password_changed' AND email = 'a***@example.com'
                       AND user_id IS NOT NULL AND session_id IS NOT NULL";
        assert_eq!(app.engine.database.number(told).await, 1);
    };

    a_refused_change_changes_nothing => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let token = ana.access_token();

        let long = "x".repeat(129);
        for (current, new, code) in [
            ("not the password", NEW, Code::PasswordIncorrect),
            (PASSWORD, "short", Code::InvalidInput),
            (PASSWORD, long.as_str(), Code::InvalidInput),
            (PASSWORD, PASSWORD, Code::InvalidInput),
            ("", NEW, Code::InvalidInput),
        ] {
            assert_problem(&change(&app, &token, current, new).await, code, PATH);
        }
        for body in [json!({}), json!({ "currentPassword": PASSWORD }), json!({ "currentPassword": 1, "newPassword": [NEW] })] {
            let answer = app.bearer_json(Method::POST, PATH, &token, body).await;
            assert_problem(&answer, Code::InvalidInput, PATH);
        }
        let anonymous = app.post(PATH, json!({ "currentPassword": PASSWORD, "newPassword": NEW })).await;
        assert_problem(&anonymous, Code::TokenMissing, PATH);

        assert_eq!(profile(&app, &token).await.json(), ana.json()["user"]);
        assert_eq!(login(&app, ANA).await.status, 200);
        assert_eq!(app.engine.database.number("SELECT COUNT(*) FROM users WHERE cred_version = 1").await, 1);
        let failed = "SELECT COUNT(*) FROM audit_events WHERE event = 'reauthentication_failed' AND user_id IS NOT NULL";
        assert_eq!(app.engine.database.number(failed).await, 1);
    };
}

#[tokio::test]
async fn wrong_passwords_are_delayed_and_the_session_lives_on() {
    let app = app_with(|policy| policy.limits.reauthenticate = Some(Rate::per_seconds(5, 900))).await;
    let token = app.register(ANA).await.access_token();

    for _ in 0..5 {
        assert_problem(
            &change(&app, &token, "not the password", NEW).await,
            Code::PasswordIncorrect,
            PATH,
        );
    }
    assert_problem(
        &change(&app, &token, PASSWORD, NEW).await,
        Code::RateLimited,
        PATH,
    );

    assert_eq!(profile(&app, &token).await.status, 200);
    app.engine.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(change(&app, &token, PASSWORD, NEW).await.status, 200);
}

#[tokio::test]
async fn a_victim_with_a_live_session_is_never_thrown_out_by_wrong_log_ins_of_others() {
    let app = app_with(|policy| policy.limits.login_account = Some(Rate::per_seconds(10, 900))).await;
    let victim = app.register(ANA).await;

    for _ in 0..100 {
        let answer = app
            .post("/auth/login", credentials(ANA, "not the password"))
            .await;
        assert!(answer.status == 401 || answer.status == 429, "{}", answer.text);
    }

    assert_eq!(profile(&app, &victim.access_token()).await.status, 200);
    let refreshed = refresh(&app, &victim.cookie()).await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(
        change(&app, &refreshed.access_token(), PASSWORD, NEW)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn nobody_reads_the_answers_fields_from_the_body() {
    let app = app().await;
    let token = app.register(ANA).await.access_token();
    let body =
        json!({ "currentPassword": PASSWORD, "newPassword": NEW, "roles": ["admin"], "emailVerified": true });
    let answer = app.bearer_json(Method::POST, PATH, &token, body).await;
    assert_eq!(answer.json()["user"]["roles"], Value::from(vec!["user"]));
    assert_eq!(answer.json()["user"]["emailVerified"], false);
}
