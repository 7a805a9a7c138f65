//! What the link of a verification mail must come with (ADR 13).

use std::time::Duration;

use horizon_auth_core::domain::limits::Limits;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::policy::VerificationProof;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, both_engines};
use serde_json::json;

use crate::support::{
    ANA, OTHER_PASSWORD, PASSWORD, UNKNOWN_TOKEN, app, app_with, assert_message, assert_problem,
    login_status, messages, profile,
};

const PATH: &str = "/auth/verify-email";
const UNVERIFIED: &str = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NULL";

/// An app in which a link must come with a password.
async fn strict() -> TestApp {
    app_with(|policy| policy.verification_proof = VerificationProof::Password).await
}

async fn mailed(app: &TestApp) -> String {
    app.engine.mailed_token(ANA, MailKind::VerifyEmail).await
}

async fn with_password(app: &TestApp, token: &str, password: &str) -> Answer {
    app.post(PATH, json!({ "token": token, "password": password }))
        .await
}

async fn with_new_password(app: &TestApp, token: &str, password: &str) -> Answer {
    app.post(PATH, json!({ "token": token, "newPassword": password }))
        .await
}

both_engines! {
    a_new_password_with_the_link_replaces_the_old_one_in_every_mode => |kind: Kind| async move {
        for mode in [VerificationProof::Link, VerificationProof::Password] {
            let setup = Setup::new(kind).policy(|policy| policy.verification_proof = mode);
            let app = TestApp::new(setup.start().await);
            let ana = app.register(ANA).await;
            let token = mailed(&app).await;
            let reset = app.engine.reset_token(ANA).await;

            assert_message(&with_new_password(&app, &token, OTHER_PASSWORD).await);

            assert_eq!(profile(&app, &ana.access_token()).await.code(), "token_revoked");
            assert_eq!(login_status(&app, ANA, PASSWORD).await, 401);
            assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 200);
            let body = json!({ "token": reset, "newPassword": PASSWORD });
            let late = app.post("/auth/password-reset/complete", body).await;
            assert_eq!(late.code(), "link_invalid", "other links end with the old password");
            app.engine.deliver_all().await;
            assert_eq!(app.engine.mailbox.kinds_to(ANA).last(), Some(&MailKind::PasswordChanged));
            let count = async |sql| app.engine.database.number(sql).await;
            assert_eq!(count(UNVERIFIED).await, 0);
            assert_eq!(count("SELECT COUNT(*) FROM audit_events WHERE event = 'email_verified'").await, 1);
            assert_eq!(count("SELECT COUNT(*) FROM audit_events WHERE event = 'password_reset'").await, 1);
        }
    };

    the_password_of_the_account_proves_that_the_same_person_registered => |kind: Kind| async move {
        let setup = Setup::new(kind).policy(|policy| policy.verification_proof = VerificationProof::Password);
        let app = TestApp::new(setup.start().await);
        let ana = app.register(ANA).await;
        let token = mailed(&app).await;

        assert_message(&with_password(&app, &token, PASSWORD).await);

        assert_eq!(app.engine.database.number(UNVERIFIED).await, 0);
        assert_eq!(profile(&app, &ana.access_token()).await.code(), "token_revoked");
        assert_eq!(login_status(&app, ANA, PASSWORD).await, 200, "the password stays");
        app.engine.deliver_all().await;
        assert_eq!(app.engine.mailbox.kinds_to(ANA), [MailKind::VerifyEmail], "nothing to tell");
    };
}

#[tokio::test]
async fn a_click_alone_changes_nothing_where_a_password_is_asked_for() {
    let app = strict().await;
    let ana = app.register(ANA).await;
    let token = mailed(&app).await;

    let bare = app.post(PATH, json!({ "token": token })).await;

    assert_problem(&bare, Code::InvalidInput, PATH);
    assert_eq!(
        messages(&bare),
        ["Password is required, or newPassword to set another one"]
    );
    assert_eq!(app.engine.database.number(UNVERIFIED).await, 1);
    assert_eq!(profile(&app, &ana.access_token()).await.status, 200);
    assert_message(&with_password(&app, &token, PASSWORD).await);
}

#[tokio::test]
async fn a_dead_link_is_told_before_any_password_is_looked_at() {
    let app = strict().await;
    app.register(ANA).await;
    for answer in [
        app.post(PATH, json!({ "token": UNKNOWN_TOKEN })).await,
        with_password(&app, UNKNOWN_TOKEN, PASSWORD).await,
        with_password(&app, UNKNOWN_TOKEN, "wrong").await,
        with_new_password(&app, UNKNOWN_TOKEN, OTHER_PASSWORD).await,
    ] {
        assert_problem(&answer, Code::LinkInvalid, PATH);
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_noted_and_leaves_the_link_as_it_was() {
    let app = strict().await;
    let ana = app.register(ANA).await;
    let token = mailed(&app).await;

    assert_problem(
        &with_password(&app, &token, "a guess").await,
        Code::PasswordIncorrect,
        PATH,
    );

    assert_eq!(app.engine.database.number(UNVERIFIED).await, 1);
    assert_eq!(profile(&app, &ana.access_token()).await.status, 200);
    let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'reauthentication_failed'";
    assert_eq!(app.engine.database.number(noted).await, 1);
    assert_message(&with_password(&app, &token, PASSWORD).await);
}

#[tokio::test]
async fn guesses_behind_a_link_are_slowed_down_per_account() {
    let app = app_with(|policy| {
        policy.verification_proof = VerificationProof::Password;
        policy.limits.reauthenticate = Limits::default().reauthenticate;
    })
    .await;
    app.register(ANA).await;
    let token = mailed(&app).await;
    for _ in 0..5 {
        assert_eq!(
            with_password(&app, &token, "a guess").await.code(),
            "password_incorrect"
        );
    }
    let refused = with_password(&app, &token, PASSWORD).await;
    assert_problem(&refused, Code::RateLimited, PATH);
    let wait = refused.header("retry-after").parse().unwrap();
    app.engine.clock.advance(Duration::from_secs(wait));
    assert_message(&with_password(&app, &token, PASSWORD).await);
}

#[tokio::test]
async fn where_the_link_is_enough_a_password_beside_it_does_not_matter() {
    let app = app().await;
    app.register(ANA).await;
    let token = mailed(&app).await;
    assert_message(&with_password(&app, &token, "whatever").await);
    assert_eq!(login_status(&app, ANA, PASSWORD).await, 200);
}

#[tokio::test]
async fn of_two_passwords_the_new_one_counts() {
    let app = strict().await;
    app.register(ANA).await;
    let body = json!({ "token": mailed(&app).await, "password": "a guess", "newPassword": OTHER_PASSWORD });
    assert_message(&app.post(PATH, body).await);
    assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 200);
}
