//! `POST /auth/email/change`, its confirmation, and the page of the mailed link.

use axum::http::Method;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::policy::Enumeration;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, TestAuth, both_engines};
use serde_json::json;

use crate::support::{ANA, PASSWORD, app, assert_problem, credentials, login, profile, refresh};

const PATH: &str = "/auth/email/change";
const CONFIRM: &str = "/auth/email/change/confirm";
const NEW: &str = "anna@example.net";
const BEN: &str = "ben@example.com";

async fn request(app: &TestApp, token: &str, password: &str, email: &str) -> Answer {
    let body = json!({ "currentPassword": password, "newEmail": email });
    app.bearer_json(Method::POST, PATH, token, body).await
}

async fn confirm(app: &TestApp, link: &str) -> Answer {
    app.post(CONFIRM, json!({ "token": link })).await
}

/// Asks for a change and reads the link.
async fn link(app: &TestApp, token: &str, email: &str) -> String {
    assert_eq!(request(app, token, PASSWORD, email).await.status, 200);
    app.engine.mailed_token(email, MailKind::ConfirmEmailChange).await
}

both_engines! {
    a_new_address_is_proved_by_its_link_and_the_former_one_is_told => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let here = app.register(ANA).await;
        let there = login(&app, ANA).await;

        let link = link(&app, &here.access_token(), NEW).await;
        assert!(app.engine.mailbox.kinds_to(ANA).contains(&MailKind::EmailChangeRequested));
        assert_eq!(profile(&app, &here.access_token()).await.json()["email"], ANA, "nothing has changed yet");

        assert_eq!(confirm(&app, &link).await.status, 200);

        for old in [&here, &there] {
            assert_problem(&profile(&app, &old.access_token()).await, Code::TokenRevoked, "/auth/profile");
            assert_problem(&refresh(&app, &old.cookie()).await, Code::SessionEnded, "/auth/refresh");
        }
        assert_problem(&login(&app, ANA).await, Code::InvalidCredentials, "/auth/login");
        let again = login(&app, NEW).await;
        assert_eq!(again.json()["user"]["email"], NEW);
        assert_eq!(again.json()["user"]["emailVerified"], true);
        assert_eq!(again.json()["user"]["id"], here.json()["user"]["id"]);
        app.engine.deliver_all().await;
        assert_eq!(app.engine.mailbox.kinds_to(ANA).last(), Some(&MailKind::EmailChanged));
        for event in [
            "SELECT COUNT(*) FROM audit_events WHERE event = 'email_change_requested' AND email = 'a***@example.net'",
            "SELECT COUNT(*) FROM audit_events WHERE event = 'email_changed' AND email = 'a***@example.net'",
            "SELECT COUNT(*) FROM sessions WHERE revoke_reason = 'email_change' AND cred_version = 1",
        ] {
            assert!(app.engine.database.number(event).await >= 1, "{event}");
        }
    };

    a_link_works_once_even_for_twenty_at_a_time => |kind: Kind| async move {
        let app = std::sync::Arc::new(TestApp::new(TestAuth::on(kind).await));
        let ana = app.register(ANA).await;
        let link = link(&app, &ana.access_token(), NEW).await;

        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (app, link) = (std::sync::Arc::clone(&app), link.clone());
            tasks.spawn(async move { confirm(&app, &link).await.status.as_u16() });
        }
        let statuses = tasks.join_all().await;

        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 19, "{statuses:?}");
        let changes = "SELECT COUNT(*) FROM audit_events WHERE event = 'email_changed'";
        assert_eq!(app.engine.database.number(changes).await, 1);
        assert_problem(&confirm(&app, &link).await, Code::LinkInvalid, CONFIRM);
    };

    an_address_that_is_taken_meanwhile_is_refused_without_loss => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let link = link(&app, &ana.access_token(), NEW).await;
        let owner = app.register(NEW).await;

        assert_problem(&confirm(&app, &link).await, Code::LinkInvalid, CONFIRM);

        assert_eq!(profile(&app, &ana.access_token()).await.json(), ana.json()["user"]);
        assert_eq!(profile(&app, &owner.access_token()).await.json(), owner.json()["user"]);
        let unused = "SELECT COUNT(*) FROM one_time_tokens WHERE purpose = 'change_email' AND consumed_at IS NULL";
        assert_eq!(app.engine.database.number(unused).await, 1);
    };

    a_taken_address_is_told_only_where_registration_tells_it => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let token = app.register(ANA).await.access_token();
        app.register(BEN).await;
        assert_problem(&request(&app, &token, PASSWORD, BEN).await, Code::EmailTaken, PATH);

        let setup = Setup::new(kind).policy(|policy| policy.enumeration = Enumeration::Private);
        let app = TestApp::new(setup.start().await);
        for email in [ANA, BEN] {
            app.register(email).await;
            let link = app.engine.mailed_token(email, MailKind::VerifyEmail).await;
            app.engine.verify_email(&link).await.unwrap();
        }
        let token = login(&app, ANA).await.access_token();
        let known = request(&app, &token, PASSWORD, BEN).await;
        app.engine.deliver_all().await;
        assert!(!app.engine.mailbox.kinds_to(BEN).contains(&MailKind::ConfirmEmailChange));
        let unknown = request(&app, &token, PASSWORD, NEW).await;
        assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
        assert_eq!(known.status, 200);
    };

    a_refused_request_changes_nothing_and_mails_nobody => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let token = app.register(ANA).await.access_token();
        let long = format!("{}@example.com", "x".repeat(300));

        for (password, email, code) in [
            ("not the password", NEW, Code::PasswordIncorrect),
            (PASSWORD, "nonsense", Code::InvalidInput),
            (PASSWORD, long.as_str(), Code::InvalidInput),
            (PASSWORD, "ANA@example.com", Code::InvalidInput),
        ] {
            assert_problem(&request(&app, &token, password, email).await, code, PATH);
        }

        let mails = "SELECT COUNT(*) FROM outbox WHERE kind <> 'verify_email'";
        assert_eq!(app.engine.database.number(mails).await, 0);
        assert_eq!(profile(&app, &token).await.json()["email"], ANA);
    };

    a_password_change_or_a_later_request_voids_the_link => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let token = app.register(ANA).await.access_token();
        let first = link(&app, &token, NEW).await;
        let second = link(&app, &token, "other@example.net").await;
        assert_problem(&confirm(&app, &first).await, Code::LinkInvalid, CONFIRM);

        let body = json!({ "currentPassword": PASSWORD, "newPassword": "another good long password" });
        assert_eq!(app.bearer_json(Method::POST, "/auth/password/change", &token, body).await.status, 200);

        assert_problem(&confirm(&app, &second).await, Code::LinkInvalid, CONFIRM);
        let moved = "SELECT COUNT(*) FROM users WHERE email <> 'ana@example.com'";
        assert_eq!(app.engine.database.number(moved).await, 0);
    };
}

#[tokio::test]
async fn an_expired_link_a_foreign_one_and_no_link_at_all_are_refused_alike() {
    let app = app().await;
    let ana = app.register(ANA).await;
    let link = link(&app, &ana.access_token(), NEW).await;
    let verification = app.engine.mailbox.token(ANA, MailKind::VerifyEmail);
    app.engine.clock.advance(std::time::Duration::from_secs(3600));

    for token in [link.as_str(), verification.as_str(), "nonsense", ""] {
        assert_problem(&confirm(&app, token).await, Code::LinkInvalid, CONFIRM);
    }
    assert_eq!(
        app.post("/auth/login", credentials(ANA, PASSWORD)).await.status,
        200
    );
}

#[tokio::test]
async fn the_page_confirms_on_a_post_only() {
    let app = app().await;
    let ana = app.register(ANA).await;
    let link = link(&app, &ana.access_token(), NEW).await;
    let path = format!("/confirm-email?token={link}");

    for _ in 0..2 {
        let shown = app.open(&path).await;
        assert_eq!(shown.status, 200);
        assert!(shown.text.contains("action=\"/confirm-email\""));
    }
    assert_eq!(profile(&app, &ana.access_token()).await.json()["email"], ANA);
    assert_eq!(
        app.form("/confirm-email", &format!("token={link}")).await.status,
        200
    );
    assert_eq!(login(&app, NEW).await.status, 200);

    for answer in [
        app.form("/confirm-email", &format!("token={link}")).await,
        app.form("/confirm-email", "").await,
        app.open("/confirm-email").await,
    ] {
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains(Code::LinkInvalid.title()));
    }
}
