//! `POST /auth/password-reset/complete`.

use std::time::Duration;

use horizon_auth_core::domain::limits::Limits;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, TestAuth, both_engines};
use serde_json::{Value, json};

use crate::support::{
    ANA, OTHER_PASSWORD, PASSWORD, UNKNOWN_TOKEN, app, app_with, assert_message, assert_problem, bare, login,
    login_status, messages, profile, refresh, told,
};

const PATH: &str = "/auth/password-reset/complete";
const HOUR: Duration = Duration::from_secs(3600);

async fn complete(app: &TestApp, token: &str, password: &str) -> Answer {
    app.post(PATH, json!({ "token": token, "newPassword": password }))
        .await
}

both_engines! {
    a_reset_replaces_the_password_ends_every_session_and_tells_the_owner => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let first = app.register(ANA).await;
        let second = login(&app, ANA).await;
        let token = app.engine.reset_token(ANA).await;

        assert_message(&complete(&app, &token, OTHER_PASSWORD).await);

        for device in [&first, &second] {
            assert_problem(&profile(&app, &device.access_token()).await, Code::TokenRevoked, "/auth/profile");
            assert_problem(&refresh(&app, &device.cookie()).await, Code::SessionEnded, "/auth/refresh");
        }
        assert_eq!(login_status(&app, ANA, PASSWORD).await, 401);
        assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 200);
        app.engine.deliver_all().await;
        assert_eq!(app.engine.mailbox.kinds_to(ANA).last(), Some(&MailKind::PasswordChanged));
        let count = async |sql| app.engine.database.number(sql).await;
        assert_eq!(count("SELECT COUNT(*) FROM sessions WHERE revoke_reason = 'password_reset'").await, 2);
        assert_eq!(count("SELECT COUNT(*) FROM audit_events WHERE event = 'password_reset'").await, 1);
        assert_eq!(count("SELECT COUNT(*) FROM users WHERE email_verified_at IS NULL").await, 0, "the mailbox is proved");
    };

    a_reset_uses_up_its_own_link_and_voids_every_other => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        app.register(ANA).await;
        let verification = app.engine.mailed_token(ANA, MailKind::VerifyEmail).await;
        let older = app.engine.reset_token(ANA).await;
        let token = app.engine.reset_token(ANA).await;
        let newer = app.engine.reset_token(ANA).await;

        assert_message(&complete(&app, &token, OTHER_PASSWORD).await);

        for dead in [&token, &older, &newer] {
            assert_problem(&complete(&app, dead, "the third password").await, Code::LinkInvalid, PATH);
        }
        let verify = app.post("/auth/verify-email", json!({ "token": verification })).await;
        assert_eq!(verify.code(), "link_invalid");
        assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 200);
        let again = app.engine.reset_token(ANA).await;
        assert_message(&complete(&app, &again, "the third password").await);
    };

    a_reset_of_a_node_is_known_after_a_restart => |kind: Kind| async move {
        let mut app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let token = app.engine.reset_token(ANA).await;
        assert_message(&complete(&app, &token, OTHER_PASSWORD).await);
        app.engine.auth = app.engine.restarted().await;
        let app = TestApp::new(app.engine);
        assert_problem(&profile(&app, &ana.access_token()).await, Code::TokenRevoked, "/auth/profile");
    };

    a_reset_link_of_one_tenant_does_nothing_in_another => |kind: Kind| async move {
        let home = TestApp::new(TestAuth::on(kind).await);
        home.register(ANA).await;
        let token = home.engine.reset_token(ANA).await;
        let TestAuth { database, .. } = home.engine;
        let elsewhere = TenantId::parse("elsewhere").unwrap();
        let setup = Setup::new(kind).policy(|policy| policy.default_tenant = elsewhere);
        let app = TestApp::new(setup.start_on(database).await);
        app.register(ANA).await;

        assert_problem(&complete(&app, &token, OTHER_PASSWORD).await, Code::LinkInvalid, PATH);

        assert_eq!(login_status(&app, ANA, PASSWORD).await, 200);
        let used = "SELECT COUNT(*) FROM one_time_tokens WHERE consumed_at IS NOT NULL";
        assert_eq!(app.engine.database.number(used).await, 0);
    };

    an_account_that_its_owner_switched_off_stays_off_with_its_new_password => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        app.register(ANA).await;
        let disable = "UPDATE users SET disabled_at = 1, disabled_reason = 'owner'";
        app.engine.database.execute(disable).await;
        let token = app.engine.reset_token(ANA).await;
        assert_message(&complete(&app, &token, OTHER_PASSWORD).await);
        assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 401);
        app.engine.database.execute("UPDATE users SET disabled_at = NULL, disabled_reason = NULL").await;
        assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 200);
    };
}

#[tokio::test]
async fn every_reset_link_that_does_not_work_gets_one_and_the_same_answer() {
    let app = app().await;
    app.register(ANA).await;
    let verification = app.engine.mailed_token(ANA, MailKind::VerifyEmail).await;
    let expired = app.engine.reset_token(ANA).await;
    app.engine.clock.advance(HOUR);
    let used = app.engine.reset_token(ANA).await;
    assert_message(&complete(&app, &used, OTHER_PASSWORD).await);

    let expected = told(&complete(&app, &used, OTHER_PASSWORD).await);
    assert_problem(
        &complete(&app, &used, OTHER_PASSWORD).await,
        Code::LinkInvalid,
        PATH,
    );
    let (half, _) = UNKNOWN_TOKEN.split_once('.').unwrap();
    let doubled = format!("{UNKNOWN_TOKEN}{UNKNOWN_TOKEN}");
    for wrong in [&expired, &verification, UNKNOWN_TOKEN, half, "", "x", &doubled] {
        assert_eq!(
            told(&complete(&app, wrong, OTHER_PASSWORD).await),
            expected,
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn a_reset_link_works_for_an_hour_and_not_a_moment_longer() {
    let app = app().await;
    app.register(ANA).await;
    for (age, status) in [
        (HOUR, 400),
        (HOUR.checked_sub(Duration::from_millis(1)).unwrap(), 200),
    ] {
        let token = app.engine.reset_token(ANA).await;
        app.engine.clock.advance(age);
        assert_eq!(
            complete(&app, &token, OTHER_PASSWORD).await.status,
            status,
            "{age:?}"
        );
    }
}

#[tokio::test]
async fn a_link_to_a_former_address_resets_nothing() {
    let app = app().await;
    app.register(ANA).await;
    let token = app.engine.reset_token(ANA).await;
    let database = &app.engine.database;
    database
        .execute("UPDATE users SET email = 'new@example.com'")
        .await;
    assert_problem(
        &complete(&app, &token, OTHER_PASSWORD).await,
        Code::LinkInvalid,
        PATH,
    );
    database
        .execute("UPDATE users SET email = 'ana@example.com'")
        .await;
    assert_eq!(login_status(&app, ANA, PASSWORD).await, 200);
}

#[tokio::test]
async fn an_account_that_an_operator_disabled_or_that_is_gone_is_not_reset() {
    let app = app().await;
    app.register(ANA).await;
    let token = app.engine.reset_token(ANA).await;
    for harm in [
        "UPDATE users SET disabled_at = 1, disabled_reason = 'operator'",
        "DELETE FROM users",
    ] {
        app.engine.database.execute(harm).await;
        assert_problem(
            &complete(&app, &token, OTHER_PASSWORD).await,
            Code::LinkInvalid,
            PATH,
        );
    }
}

#[tokio::test]
async fn a_password_that_is_refused_leaves_the_link_and_the_sessions_as_they_were() {
    let app = app().await;
    let ana = app.register(ANA).await;
    let token = app.engine.reset_token(ANA).await;
    for (wrong, message) in [
        (json!("short"), "NewPassword must be at least 8 characters"),
        (
            json!("a".repeat(129)),
            "NewPassword must be at most 128 characters",
        ),
        (Value::Null, "NewPassword must be a string"),
    ] {
        let answer = app
            .post(PATH, json!({ "token": token, "newPassword": wrong }))
            .await;
        assert_problem(&answer, Code::InvalidInput, PATH);
        assert_eq!(messages(&answer), [message]);
    }
    assert_eq!(profile(&app, &ana.access_token()).await.status, 200);
    assert_message(&complete(&app, &token, OTHER_PASSWORD).await);
}

#[tokio::test]
async fn what_is_wrong_with_the_body_is_said_before_what_is_wrong_with_the_link() {
    let app = app().await;
    let empty = app.post(PATH, json!({})).await;
    assert_eq!(messages(&empty), ["Token is required", "NewPassword is required"]);
    // The name that other routes use is not taken for the new one.
    let misnamed = json!({ "token": UNKNOWN_TOKEN, "password": OTHER_PASSWORD });
    assert_eq!(
        messages(&app.post(PATH, misnamed).await),
        ["NewPassword is required"]
    );
}

#[tokio::test]
async fn a_reset_token_counts_in_the_body_of_a_post_only() {
    let app = app().await;
    app.register(ANA).await;
    let token = app.engine.reset_token(ANA).await;
    let in_query = format!("{PATH}?token={token}&newPassword=abcdefgh");
    for answer in [app.open(&in_query).await, app.post(&in_query, json!({})).await] {
        assert!(answer.status.is_client_error());
        assert!(!answer.text.contains(&token));
    }
    let head = bare(&app, axum::http::Request::head(&in_query)).await;
    assert_eq!(head.status, 405);
    assert_eq!(login_status(&app, ANA, PASSWORD).await, 200);
    assert_message(&complete(&app, &token, OTHER_PASSWORD).await);
}

#[tokio::test]
async fn a_reset_opens_an_account_whose_address_was_not_proved_yet() {
    let app = app_with(|policy| policy.require_verified_email = true).await;
    app.register(ANA).await;
    let token = app.engine.reset_token(ANA).await;
    assert_message(&complete(&app, &token, OTHER_PASSWORD).await);
    let answer = app
        .post("/auth/login", crate::support::credentials(ANA, OTHER_PASSWORD))
        .await;
    assert_eq!(answer.json()["user"]["emailVerified"], true);
}

#[tokio::test]
async fn the_eleventh_reset_token_within_a_minute_waits() {
    let app = app_with(|policy| policy.limits = Limits::default()).await;
    app.register(ANA).await;
    let token = app.engine.reset_token(ANA).await;
    for number in 0..10 {
        // Both kinds of links count together: what is limited is guessing.
        let path = if number % 2 == 0 {
            PATH
        } else {
            "/auth/verify-email"
        };
        let body = json!({ "token": UNKNOWN_TOKEN, "newPassword": OTHER_PASSWORD });
        assert_eq!(app.post(path, body).await.code(), "link_invalid");
    }
    let refused = complete(&app, &token, OTHER_PASSWORD).await;
    assert_problem(&refused, Code::RateLimited, PATH);
    app.engine.clock.advance(Duration::from_secs(60));
    assert_message(&complete(&app, &token, OTHER_PASSWORD).await);
}
