//! `POST /auth/verify-email`, and `/resend` for another mail.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::Request;
use horizon_auth_core::domain::limits::Limits;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, TestAuth, both_engines};
use serde_json::json;

use crate::support::{
    ANA, OTHER_PASSWORD, UNKNOWN_TOKEN, app, app_with, assert_message, assert_problem, bare, login, messages,
    profile, refresh, told,
};

const PATH: &str = "/auth/verify-email";
const RESEND: &str = "/auth/verify-email/resend";
const DAY: Duration = Duration::from_secs(24 * 3600);
const UNVERIFIED: &str = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NULL";

async fn verify(app: &TestApp, token: &str) -> Answer {
    app.post(PATH, json!({ "token": token })).await
}

async fn resend(app: &TestApp, email: &str) -> Answer {
    app.post(RESEND, json!({ "email": email })).await
}

async fn mailed(app: &TestApp, email: &str) -> String {
    app.engine.mailed_token(email, MailKind::VerifyEmail).await
}

both_engines! {
    the_link_of_the_mail_proves_the_address_and_ends_older_sessions => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let token = mailed(&app, ANA).await;
        app.engine.clock.advance(Duration::from_secs(60));

        assert_message(&verify(&app, &token).await);

        assert_problem(&profile(&app, &ana.access_token()).await, Code::TokenRevoked, "/auth/profile");
        assert_problem(&refresh(&app, &ana.cookie()).await, Code::SessionEnded, "/auth/refresh");
        let again = login(&app, ANA).await;
        assert_eq!(again.json()["user"]["emailVerified"], true);
        let profile = profile(&app, &again.access_token()).await.json();
        assert_eq!(profile["emailVerified"], true);
        assert_eq!(profile["updatedAt"], "2027-01-15T08:01:00.000Z");
        let count = async |sql| app.engine.database.number(sql).await;
        assert_eq!(count("SELECT COUNT(*) FROM audit_events WHERE event = 'email_verified'").await, 1);
        assert_eq!(count("SELECT COUNT(*) FROM sessions WHERE revoke_reason = 'verification'").await, 1);
    };

    a_link_works_once_and_the_older_ones_end_with_it => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        app.register(ANA).await;
        let first = mailed(&app, ANA).await;
        assert_message(&resend(&app, ANA).await);
        let second = mailed(&app, ANA).await;
        assert_ne!(first, second);

        assert_message(&verify(&app, &second).await);

        for used in [first, second] {
            assert_problem(&verify(&app, &used).await, Code::LinkInvalid, PATH);
        }
        assert_eq!(login(&app, ANA).await.status, 200, "a dead link ends nothing");
    };

    a_link_of_one_tenant_does_nothing_in_another => |kind: Kind| async move {
        let home = TestApp::new(TestAuth::on(kind).await);
        home.register(ANA).await;
        let token = mailed(&home, ANA).await;
        let TestAuth { database, .. } = home.engine;
        let elsewhere = TenantId::parse("elsewhere").unwrap();
        let setup = Setup::new(kind).policy(|policy| policy.default_tenant = elsewhere);
        let app = TestApp::new(setup.start_on(database).await);
        app.register(ANA).await;

        assert_problem(&verify(&app, &token).await, Code::LinkInvalid, PATH);

        let count = async |sql| app.engine.database.number(sql).await;
        assert_eq!(count(UNVERIFIED).await, 2);
        assert_eq!(count("SELECT COUNT(*) FROM one_time_tokens WHERE consumed_at IS NOT NULL").await, 0);
    };
}

#[tokio::test]
async fn every_link_that_does_not_work_gets_one_and_the_same_answer() {
    let app = app().await;
    for email in [ANA, "ben@example.com"] {
        app.register(email).await;
    }
    let used = mailed(&app, ANA).await;
    assert_message(&verify(&app, &used).await);
    let reset = app.engine.reset_token(ANA).await;
    let expired = mailed(&app, "ben@example.com").await;
    app.engine.clock.advance(DAY);

    let expected = told(&verify(&app, &used).await);
    assert_problem(&verify(&app, &used).await, Code::LinkInvalid, PATH);
    let long = "a".repeat(2_000);
    let upper = UNKNOWN_TOKEN.to_uppercase();
    let padded = format!(" {UNKNOWN_TOKEN}");
    let (half, _) = UNKNOWN_TOKEN.split_once('.').unwrap();
    for wrong in [
        &expired,
        &reset,
        UNKNOWN_TOKEN,
        &upper,
        &padded,
        half,
        "",
        "x",
        "\u{0}",
        "'; --",
        &long,
    ] {
        assert_eq!(told(&verify(&app, wrong).await), expected, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_link_works_for_a_day_and_not_a_moment_longer() {
    let app = app().await;
    for (email, age, status) in [
        (ANA, DAY.checked_sub(Duration::from_millis(1)).unwrap(), 200),
        ("ben@example.com", DAY, 400),
    ] {
        app.register(email).await;
        let token = mailed(&app, email).await;
        app.engine.clock.advance(age);
        assert_eq!(verify(&app, &token).await.status, status, "{email}");
    }
}

#[tokio::test]
async fn the_link_of_an_account_that_was_disabled_or_has_moved_does_not_work() {
    let app = app().await;
    app.register(ANA).await;
    let token = mailed(&app, ANA).await;
    let database = &app.engine.database;
    for (harm, cure) in [
        (
            "UPDATE users SET disabled_at = 1, disabled_reason = 'operator'",
            "UPDATE users SET disabled_at = NULL, disabled_reason = NULL",
        ),
        (
            "UPDATE users SET disabled_at = 1, disabled_reason = 'owner'",
            "UPDATE users SET disabled_at = NULL, disabled_reason = NULL",
        ),
        (
            "UPDATE users SET email = 'new@example.com'",
            "UPDATE users SET email = 'ana@example.com'",
        ),
    ] {
        database.execute(harm).await;
        assert_problem(&verify(&app, &token).await, Code::LinkInvalid, PATH);
        assert_eq!(database.number(UNVERIFIED).await, 1, "{harm}");
        database.execute(cure).await;
    }
    assert_message(&verify(&app, &token).await);
}

#[tokio::test]
async fn a_token_counts_in_the_body_of_a_post_only() {
    let app = app().await;
    app.register(ANA).await;
    let token = mailed(&app, ANA).await;
    let in_query = format!("{PATH}?token={token}");

    let got = app.open(&in_query).await;
    assert_problem(&got, Code::MethodNotAllowed, PATH);
    assert!(!got.text.contains(&token), "the query is not repeated");
    assert_eq!(bare(&app, Request::head(&in_query)).await.status, 405);
    let posted = app.post(&in_query, json!({})).await;
    assert_problem(&posted, Code::InvalidInput, PATH);
    assert_eq!(messages(&posted), ["Token is required"]);
    for wrong in [json!(null), json!(1), json!([token]), json!({ "token": token })] {
        let answer = app.post(PATH, json!({ "token": wrong })).await;
        assert_eq!(messages(&answer), ["Token must be a string"]);
    }
    assert_eq!(app.engine.database.number(UNVERIFIED).await, 1);

    assert_message(&verify(&app, &token).await);
}

#[tokio::test]
async fn a_refused_new_password_leaves_the_link_as_it_was() {
    let app = app().await;
    let ana = app.register(ANA).await;
    let token = mailed(&app, ANA).await;
    let body = json!({ "token": token, "newPassword": "short" });

    let refused = app.post(PATH, body).await;

    assert_problem(&refused, Code::InvalidInput, PATH);
    assert_eq!(messages(&refused), ["NewPassword must be at least 8 characters"]);
    assert_eq!(profile(&app, &ana.access_token()).await.status, 200);
    let body = json!({ "token": token, "newPassword": OTHER_PASSWORD });
    assert_message(&app.post(PATH, body).await);
}

#[tokio::test]
async fn where_proof_is_required_nobody_logs_in_before_it() {
    let app = app_with(|policy| policy.require_verified_email = true).await;
    assert_eq!(app.register(ANA).await.status, 202);
    assert_problem(&login(&app, ANA).await, Code::EmailNotVerified, "/auth/login");
    assert_message(&verify(&app, &mailed(&app, ANA).await).await);
    assert_eq!(login(&app, ANA).await.status, 200);
}

#[tokio::test]
async fn another_mail_is_promised_to_everybody_and_sent_to_whoever_waits_for_it() {
    let app = app().await;
    for email in [ANA, "verified@example.com", "disabled@example.com"] {
        app.register(email).await;
    }
    assert_message(&verify(&app, &mailed(&app, "verified@example.com").await).await);
    app.engine
        .database
        .execute("UPDATE users SET disabled_at = 1, disabled_reason = 'owner' WHERE email = 'disabled@example.com'")
        .await;
    let before = app.engine.mailbox.all().len();

    let expected = told(&resend(&app, ANA).await);
    for email in [
        "verified@example.com",
        "disabled@example.com",
        "nobody@example.com",
    ] {
        assert_eq!(told(&resend(&app, email).await), expected, "{email}");
    }

    app.engine.deliver_all().await;
    let mails = app.engine.mailbox.all();
    assert_eq!(mails.len(), before + 1);
    assert_eq!(mails[before].to.canonical(), ANA);
    assert_eq!(mails[before].kind, MailKind::VerifyEmail);
    let waiting = "SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL";
    assert_eq!(
        app.engine.database.number(waiting).await,
        0,
        "addresses of strangers are not kept"
    );
    let asked = "SELECT COUNT(*) FROM audit_events WHERE event = 'verification_requested'";
    assert_eq!(app.engine.database.number(asked).await, 4);
}

#[tokio::test]
async fn the_eleventh_token_within_a_minute_waits_whether_or_not_it_is_right() {
    let app = app_with(|policy| policy.limits = Limits::default()).await;
    app.register(ANA).await;
    let token = mailed(&app, ANA).await;
    for _ in 0..10 {
        assert_problem(&verify(&app, UNKNOWN_TOKEN).await, Code::LinkInvalid, PATH);
    }
    let refused = verify(&app, &token).await;
    assert_problem(&refused, Code::RateLimited, PATH);
    assert_eq!(refused.header("retry-after"), "60");
    app.engine.clock.advance(Duration::from_secs(60));
    assert_message(&verify(&app, &token).await);
}

#[tokio::test]
async fn three_more_mails_an_hour_may_be_asked_for_and_three_go_to_one_address() {
    let app = app_with(|policy| policy.limits = Limits::default()).await;
    app.register(ANA).await;
    for _ in 0..3 {
        assert_message(&resend(&app, ANA).await);
    }
    assert_problem(&resend(&app, ANA).await, Code::RateLimited, RESEND);
    // From another network the answer is as always, but the mailbox has had its share.
    let mut request = Request::post(RESEND)
        .header("content-type", "application/json")
        .body(json!({ "email": ANA }).to_string().into())
        .unwrap();
    let elsewhere = SocketAddr::from(([198, 51, 100, 7], 40_000));
    request.extensions_mut().insert(ConnectInfo(elsewhere));
    assert_message(&app.send(request).await);
    app.engine.deliver_all().await;
    assert_eq!(app.engine.mailbox.kinds_to(ANA), [MailKind::VerifyEmail; 3]);

    app.engine.clock.advance(Duration::from_secs(3600));
    assert_message(&resend(&app, ANA).await);
    app.engine.deliver_all().await;
    assert_eq!(app.engine.mailbox.to(ANA).len(), 4);
}
