//! `POST /auth/password-reset/request`: nobody learns from it who has an account.

use std::time::Duration;

use horizon_auth_core::domain::limits::Limits;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, TestAuth, both_engines};
use serde_json::{Value, json};

use crate::support::{
    ANA, PASSWORD, app, app_with, assert_message, assert_problem, login_status, messages, profile, told,
};

const PATH: &str = "/auth/password-reset/request";

async fn ask(app: &TestApp, email: &str) -> Answer {
    app.post(PATH, json!({ "email": email })).await
}

both_engines! {
    every_address_gets_the_same_answer_and_an_account_a_mail => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        for email in [ANA, "off@example.com", "barred@example.com"] {
            app.register(email).await;
        }
        for disable in [
            "UPDATE users SET disabled_at = 1, disabled_reason = 'owner' WHERE email = 'off@example.com'",
            "UPDATE users SET disabled_at = 1, disabled_reason = 'operator' WHERE email = 'barred@example.com'",
        ] {
            app.engine.database.execute(disable).await;
        }
        app.engine.deliver_all().await;
        let before = app.engine.mailbox.all().len();

        let known = ask(&app, ANA).await;
        assert_message(&known);
        for email in ["off@example.com", "barred@example.com", "nobody@example.com"] {
            assert_eq!(told(&ask(&app, email).await), told(&known), "{email}");
        }

        let count = async |sql| app.engine.database.number(sql).await;
        // Before the worker comes, one row each is all that there is, whoever is meant.
        assert_eq!(count("SELECT COUNT(*) FROM outbox WHERE kind = 'reset_password'").await, 4);
        assert_eq!(count("SELECT COUNT(*) FROM one_time_tokens WHERE purpose = 'reset_password'").await, 0);
        assert_eq!(count("SELECT COUNT(*) FROM audit_events WHERE event = 'password_reset_requested'").await, 4);
        app.engine.deliver_all().await;
        let mails = app.engine.mailbox.all();
        let sent: Vec<_> = mails[before..].iter().map(|mail| (mail.to.canonical(), mail.kind)).collect();
        let expected = [(ANA, MailKind::ResetPassword), ("off@example.com", MailKind::ResetPassword)];
        assert!(sent.len() == 2 && expected.iter().all(|mail| sent.contains(mail)), "{sent:?}");
        assert_eq!(count("SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL").await, 0, "strangers are forgotten");
    };
}

#[tokio::test]
async fn the_account_stays_as_it_is_until_the_link_is_used() {
    let app = app().await;
    let ana = app.register(ANA).await;
    app.engine.reset_token(ANA).await;
    assert_eq!(
        profile(&app, &ana.access_token()).await.json(),
        ana.json()["user"]
    );
    assert_eq!(login_status(&app, ANA, PASSWORD).await, 200);
}

#[tokio::test]
async fn an_address_in_another_spelling_reaches_the_same_account() {
    let app = app().await;
    app.register(ANA).await;
    app.engine.deliver_all().await;
    assert_message(&ask(&app, " ANA@Example.com ").await);
    app.engine.deliver_all().await;
    assert_eq!(
        app.engine.mailbox.kinds_to(ANA),
        [MailKind::VerifyEmail, MailKind::ResetPassword]
    );
}

#[tokio::test]
async fn what_is_no_address_is_refused_and_told() {
    let app = app().await;
    for (wrong, message) in [
        (
            json!("ana"),
            "Email must be a valid address such as ana@example.com",
        ),
        (
            json!("a@b.c\r\nBcc: x@y.z"),
            "Email must be a valid address such as ana@example.com",
        ),
        (Value::Null, "Email must be a string"),
        (json!([ANA]), "Email must be a string"),
    ] {
        let answer = app.post(PATH, json!({ "email": wrong })).await;
        assert_problem(&answer, Code::InvalidInput, PATH);
        assert_eq!(messages(&answer), [message]);
    }
    assert_eq!(messages(&app.post(PATH, json!({})).await), ["Email is required"]);
    assert_eq!(app.engine.database.number("SELECT COUNT(*) FROM outbox").await, 0);
}

#[tokio::test]
async fn the_fourth_request_within_an_hour_waits_for_known_and_unknown_addresses_alike() {
    for email in [ANA, "nobody@example.com"] {
        let app = app_with(|policy| policy.limits = Limits::default()).await;
        app.register(ANA).await;
        for _ in 0..3 {
            assert_message(&ask(&app, email).await);
        }
        let refused = ask(&app, email).await;
        assert_problem(&refused, Code::RateLimited, PATH);
        assert_eq!(refused.header("retry-after"), "3600");
        app.engine.clock.advance(Duration::from_secs(3600));
        assert_message(&ask(&app, email).await);
    }
}

#[tokio::test]
async fn a_mailbox_that_has_had_its_share_gets_no_more_and_nobody_can_tell() {
    let setup = Setup::new(Kind::Sqlite).policy(|policy| policy.limits.mail = Limits::default().mail);
    let app = TestApp::new(setup.start().await);
    app.register(ANA).await;
    for email in [ANA, "nobody@example.com"] {
        let first = told(&ask(&app, email).await);
        for _ in 0..5 {
            assert_eq!(told(&ask(&app, email).await), first);
        }
    }
    let queued = "SELECT COUNT(*) FROM outbox WHERE kind = 'reset_password'";
    assert_eq!(app.engine.database.number(queued).await, 6, "three each");
    let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'password_reset_requested'";
    assert_eq!(app.engine.database.number(noted).await, 12);
}
