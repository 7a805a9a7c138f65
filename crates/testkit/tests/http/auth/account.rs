//! `PATCH /auth/profile`, `POST /auth/account/deactivate` and `reactivate`, `GET /auth/account/export`.

use axum::http::Method;
use horizon_auth_core::domain::limits::Rate;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, TestApp, TestAuth, both_engines};
use serde_json::{Value, json};

use crate::support::{
    ANA, PASSWORD, app, app_with, assert_pair, assert_problem, credentials, keys, login, messages, names,
    profile, refresh,
};

const OFF: &str = "/auth/account/deactivate";
const ON: &str = "/auth/account/reactivate";
const EXPORT: &str = "/auth/account/export";

async fn patch(app: &TestApp, token: &str, body: Value) -> Answer {
    app.bearer_json(Method::PATCH, "/auth/profile", token, body).await
}

async fn deactivate(app: &TestApp, token: &str, password: &str) -> Answer {
    app.bearer_json(Method::POST, OFF, token, json!({ "currentPassword": password }))
        .await
}

async fn reactivate(app: &TestApp, email: &str, password: &str) -> Answer {
    app.post(ON, credentials(email, password)).await
}

both_engines! {
    a_profile_changes_field_by_field => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let token = ana.access_token();

        let named = patch(&app, &token, json!({ "fullName": " Ana Ω ", "email": "x@y.zz", "roles": ["admin"] })).await;
        assert_eq!((named.status.as_u16(), &named.json()["fullName"]), (200, &json!("Ana Ω")));
        assert_eq!((&named.json()["email"], &named.json()["roles"]), (&json!(ANA), &json!(["user"])));
        let spoken = patch(&app, &token, json!({ "locale": "pt-br" })).await;
        assert_eq!(spoken.json()["fullName"], "Ana Ω", "what is not given stays");
        let stored = "SELECT COUNT(*) FROM users WHERE locale = 'pt-BR'";
        assert_eq!(app.engine.database.number(stored).await, 1);
        assert_eq!(patch(&app, &token, json!({ "fullName": null })).await.json()["fullName"], Value::Null);
        assert_eq!(app.engine.database.number(stored).await, 1);
        assert_eq!(patch(&app, &token, json!({})).await.status, 200);
        assert_eq!(profile(&app, &token).await.status, 200, "the session lives on");

        let told = "SELECT COUNT(*) FROM audit_events WHERE event = 'profile_updated' AND email = 'a***@example.com'";
        assert_eq!(app.engine.database.number(told).await, 3);
    };

    an_account_is_switched_off_and_on_by_its_owner => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let here = app.register(ANA).await;
        let there = login(&app, ANA).await;

        let off = deactivate(&app, &here.access_token(), PASSWORD).await;
        assert_eq!(off.status, 200, "{}", off.text);
        assert!(off.header("set-cookie").contains("Max-Age=0"));
        for old in [&here, &there] {
            assert_problem(&profile(&app, &old.access_token()).await, Code::TokenRevoked, "/auth/profile");
            assert_eq!(refresh(&app, &old.cookie()).await.status, 401);
        }
        assert_problem(&login(&app, ANA).await, Code::InvalidCredentials, "/auth/login");
        assert_problem(&reactivate(&app, ANA, "not the password").await, Code::InvalidCredentials, ON);
        assert_problem(&login(&app, ANA).await, Code::InvalidCredentials, "/auth/login");

        let on = reactivate(&app, ANA, PASSWORD).await;
        assert_pair(&on, 200, ANA);
        assert_eq!(profile(&app, &on.access_token()).await.status, 200);
        assert_eq!(refresh(&app, &on.cookie()).await.status, 200);
        assert_problem(&profile(&app, &here.access_token()).await, Code::TokenRevoked, "/auth/profile");
        assert_eq!(refresh(&app, &there.cookie()).await.status, 401, "nothing that ended begins again");
        assert_eq!(login(&app, ANA).await.status, 200);
        for told in [
            "SELECT COUNT(*) FROM audit_events WHERE event = 'account_deactivated' AND email = 'a***@example.com'",
            "SELECT COUNT(*) FROM audit_events WHERE event = 'account_reactivated' AND email = 'a***@example.com'",
        ] {
            assert_eq!(app.engine.database.number(told).await, 1, "{told}");
        }
    };

    only_an_owners_choice_is_undone_by_the_owner_and_nobody_learns_which_it_was => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let user = app.engine.signed_in(ANA).await.user;
        app.engine.auth.disable_user(&user.tenant, user.id, &app.engine.client()).await.unwrap();

        for (email, password) in [
            (ANA, PASSWORD),
            (ANA, "not the password"),
            ("nobody@example.com", PASSWORD),
        ] {
            assert_problem(&reactivate(&app, email, password).await, Code::InvalidCredentials, ON);
        }
        let off = "SELECT COUNT(*) FROM users WHERE disabled_reason = 'operator'";
        assert_eq!(app.engine.database.number(off).await, 1);
        assert_problem(&login(&app, ANA).await, Code::InvalidCredentials, "/auth/login");
    };

    an_export_holds_what_is_stored_and_no_secret => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let ben = app.register("ben@example.com").await;

        let copy = app.bearer(Method::GET, EXPORT, &ana.access_token()).await;

        assert_eq!(copy.status, 200, "{}", copy.text);
        assert!(copy.header("content-disposition").starts_with("attachment"));
        assert_eq!(copy.header("cache-control"), "no-store");
        let body = copy.json();
        assert_eq!(keys(&body), names(["user", "emailWritten", "emailVerifiedAt", "locale", "sessions", "events"]));
        assert_eq!(body["user"], ana.json()["user"]);
        assert_eq!(body["sessions"].as_array().unwrap().len(), 1);
        assert_eq!(body["events"][0]["event"], "registered");
        for foreign in ["argon2", "hash", "digest", "hzr_", "ben@", ben.json()["user"]["id"].as_str().unwrap()] {
            assert!(!copy.text.contains(foreign), "{foreign} in {}", copy.text);
        }
        let told = "SELECT COUNT(*) FROM audit_events WHERE event = 'data_exported' AND user_id IS NOT NULL";
        assert_eq!(app.engine.database.number(told).await, 1);
    };
}

#[tokio::test]
async fn a_refused_change_of_the_profile_changes_nothing() {
    let app = app().await;
    let ana = app.register(ANA).await;
    for body in [
        json!({ "fullName": "x".repeat(201), "locale": "en" }),
        json!({ "fullName": "a\u{0}b" }),
        json!({ "fullName": ["Ana"] }),
        json!({ "fullName": "Ana", "locale": "../en" }),
    ] {
        let answer = patch(&app, &ana.access_token(), body).await;
        assert_problem(&answer, Code::InvalidInput, "/auth/profile");
        assert_eq!(messages(&answer).len(), 1);
    }
    assert_eq!(
        profile(&app, &ana.access_token()).await.json(),
        ana.json()["user"]
    );
    let told = "SELECT COUNT(*) FROM audit_events WHERE event = 'profile_updated'";
    assert_eq!(app.engine.database.number(told).await, 0);
}

#[tokio::test]
async fn a_wrong_password_does_not_switch_an_account_off() {
    let app = app().await;
    let ana = app.register(ANA).await;
    assert_problem(
        &deactivate(&app, &ana.access_token(), "not the password").await,
        Code::PasswordIncorrect,
        OFF,
    );
    assert_eq!(profile(&app, &ana.access_token()).await.status, 200);
    assert_eq!(refresh(&app, &ana.cookie()).await.status, 200);
}

#[tokio::test]
async fn reactivation_and_log_in_share_their_limits() {
    let app = app_with(|policy| policy.limits.login_account = Some(Rate::per_seconds(4, 900))).await;
    app.register(ANA).await;
    for _ in 0..2 {
        assert_eq!(reactivate(&app, ANA, "not the password").await.status, 401);
        assert_eq!(
            app.post("/auth/login", credentials(ANA, "not the password"))
                .await
                .status,
            401
        );
    }
    assert_problem(&reactivate(&app, ANA, PASSWORD).await, Code::RateLimited, ON);
    assert_problem(&login(&app, ANA).await, Code::RateLimited, "/auth/login");
}

#[tokio::test]
async fn an_account_that_is_on_is_simply_logged_in() {
    let app = app().await;
    app.register(ANA).await;
    assert_pair(&reactivate(&app, ANA, PASSWORD).await, 200, ANA);
    let told = "SELECT COUNT(*) FROM audit_events WHERE event = 'account_reactivated'";
    assert_eq!(app.engine.database.number(told).await, 0);
}
