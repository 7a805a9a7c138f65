//! Every route of the profile with its statuses, and its limits as they are configured.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::Method;
use horizon_auth::config::Config;
use horizon_auth_core::domain::limits::Limits;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::error::Code;
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Answer, Kind, TestApp, both_engines};
use serde_json::{Value, json};

use super::{ANA, Browser, PASSWORD, ana, app_on, app_with, credentials};
use crate::support::{OTHER_PASSWORD, UNKNOWN_TOKEN, assert_problem};

/// An answer without a body and without a cookie.
fn assert_done(answer: &Answer) {
    assert_eq!(
        (answer.status.as_u16(), answer.text.as_str()),
        (204, ""),
        "{}",
        answer.text
    );
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(answer.header("cache-control"), "no-store");
}

both_engines! {
    a_reset_link_sets_one_password_and_logs_nobody_in => |kind: Kind| async move {
        let app = app_on(kind).await;
        let (here, there) = (ana(&app).await, Browser::logged_in(&app, ANA).await);
        let mut stranger = Browser::default();
        for email in [ANA, "nobody@example.com"] {
            assert_done(&stranger.post(&app, "/auth/request-reset", json!({ "email": email })).await);
        }
        let token = app.engine.mailed_token(ANA, MailKind::ResetPassword).await;
        let body = json!({ "token": token, "password": OTHER_PASSWORD });

        assert_done(&stranger.post(&app, "/auth/reset-password", body.clone()).await);

        assert_eq!((here.me(&app).await, there.me(&app).await), (401, 401), "every session, remembered or not");
        let again = stranger.post(&app, "/auth/reset-password", body).await;
        assert_problem(&again, Code::LinkInvalid, "/auth/reset-password");
        let old = stranger.login(&app, ANA).await;
        assert_problem(&old, Code::InvalidCredentials, "/auth/login");
        let new = stranger.post(&app, "/auth/login", credentials(ANA, OTHER_PASSWORD)).await;
        assert_eq!(new.status, 200, "{}", new.text);
    };

    a_link_that_is_none_is_said_to_be_none => |kind: Kind| async move {
        let app = app_on(kind).await;
        for token in [UNKNOWN_TOKEN, "", "garbage"] {
            let answer = Browser::default().post(&app, "/auth/verify", json!({ "token": token })).await;
            assert_problem(&answer, Code::LinkInvalid, "/auth/verify");
            let body = json!({ "token": token, "password": OTHER_PASSWORD });
            let answer = Browser::default().post(&app, "/auth/reset-password", body).await;
            assert_problem(&answer, Code::LinkInvalid, "/auth/reset-password");
        }
    };

    a_verification_works_once_and_for_its_purpose_only => |kind: Kind| async move {
        let app = app_on(kind).await;
        ana(&app).await;
        let verify = app.engine.mailed_token(ANA, MailKind::VerifyEmail).await;
        let reset = app.engine.reset_token(ANA).await;
        let mut browser = Browser::default();

        let crossed = browser.post(&app, "/auth/verify", json!({ "token": reset })).await;
        assert_problem(&crossed, Code::LinkInvalid, "/auth/verify");
        let body = json!({ "token": verify, "password": OTHER_PASSWORD });
        let crossed = browser.post(&app, "/auth/reset-password", body).await;
        assert_problem(&crossed, Code::LinkInvalid, "/auth/reset-password");
        let body = json!({ "token": verify });
        assert_done(&browser.post(&app, "/auth/verify", body.clone()).await);
        let again = browser.post(&app, "/auth/verify", body).await;
        assert_problem(&again, Code::LinkInvalid, "/auth/verify");
    };

    nobody_learns_which_addresses_wait_for_proof => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut ana = ana(&app).await;
        assert_done(&ana.bare(&app, Method::POST, "/auth/request-verify").await);
        for email in [ANA, "nobody@example.com"] {
            let asked = Browser::default().post(&app, "/auth/request-verify", json!({ "email": email })).await;
            assert_done(&asked);
        }
        let mut without = ana.clone();
        without.token = None;
        let refused = without.bare(&app, Method::POST, "/auth/request-verify").await;
        assert_problem(&refused, Code::CsrfInvalid, "/auth/request-verify");
    };
}

#[tokio::test]
async fn what_a_body_lacks_is_named_by_the_words_of_the_profile() {
    let app = super::app().await;
    for (path, body, field) in [
        ("/auth/register", json!({ "email": ANA }), "password"),
        ("/auth/login", json!({ "password": PASSWORD }), "email"),
        ("/auth/verify", json!({}), "token"),
        ("/auth/request-verify", json!({}), "email"),
        ("/auth/request-reset", json!({ "email": ["a", "b"] }), "email"),
        (
            "/auth/reset-password",
            json!({ "token": UNKNOWN_TOKEN, "password": "short" }),
            "password",
        ),
        (
            "/auth/reset-password",
            json!({ "token": UNKNOWN_TOKEN, "newPassword": OTHER_PASSWORD }),
            "password",
        ),
    ] {
        let answer = Browser::default().post(&app, path, body).await;
        assert_problem(&answer, Code::InvalidInput, path);
        let messages = answer.json()["message"].to_string().to_lowercase();
        assert!(messages.contains(&field.to_lowercase()), "{path}: {messages}");
    }
}

#[tokio::test]
async fn routes_of_tokens_are_not_there() {
    let app = super::app().await;
    for (method, path) in [
        (Method::POST, "/auth/refresh"),
        (Method::DELETE, "/auth/refresh"),
        (Method::GET, "/auth/sessions"),
        (Method::POST, "/auth/verify-email"),
        (Method::POST, "/auth/password-reset/complete"),
    ] {
        let answer = Browser::default().bare(&app, method, path).await;
        assert_problem(&answer, Code::NotFound, path);
    }
}

#[tokio::test]
async fn with_both_profiles_each_has_its_own_paths_and_the_cookie_opens_what_they_share() {
    let app = app_with(Kind::Sqlite, Profile::Both, |_| {}).await;
    let tokens = app.register("ben@example.com").await;
    assert!(!tokens.access_token().is_empty());
    let mut ana = Browser::default();
    let made = ana
        .post(&app, "/session/auth/register", credentials(ANA, PASSWORD))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    for path in [
        "/session/auth/me",
        "/session/sessions",
        "/session/auth/csrf",
        "/auth/profile",
        "/auth/sessions",
    ] {
        assert_eq!(ana.get(&app, path).await.status, 200, "{path}");
    }
    assert_problem(&ana.get(&app, "/auth/me").await, Code::NotFound, "/auth/me");
    let refused = Browser::default().get(&app, "/session/auth/me").await;
    assert_problem(&refused, Code::TokenMissing, "/session/auth/me");
    let listed = ana.get(&app, "/auth/sessions").await.json();
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 1);
    let out = ana.bare(&app, Method::POST, "/session/auth/logout").await;
    assert_eq!((out.status.as_u16(), ana.jar.len()), (204, 0));
}

#[tokio::test]
async fn other_origins_are_not_invited() {
    let app = super::app().await;
    for (method, path) in [
        ("POST", "/auth/login"),
        ("POST", "/auth/logout"),
        ("GET", "/auth/me"),
    ] {
        let preflight = Browser::default()
            .request(Method::OPTIONS, path)
            .header("origin", "https://evil.example")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "content-type, x-csrf-token");
        let answer = crate::support::bare(&app, preflight).await;
        assert_problem(&answer, Code::MethodNotAllowed, path);
        assert!(
            answer
                .headers
                .keys()
                .all(|name| !name.as_str().starts_with("access-control-")),
            "{path}"
        );
    }
}

/// The limits of a configuration with cookies alone.
fn configured() -> Limits {
    let text = "database.url = \"sqlite:a.db\"\nhttp.profile = \"session\"\n";
    Config::from_toml(text).unwrap().policy.limits
}

/// A route, how often it may be called, and what is sent for an address.
type Case = (&'static str, usize, fn(String) -> Value);

/// Sends the same from one address until it is refused; how often it was not.
async fn allowed(app: &TestApp, path: &str, body: impl Fn(usize) -> Value) -> usize {
    for count in 0..40 {
        let request = Browser::default()
            .request(Method::POST, path)
            .header("content-type", "application/json");
        let mut request = request.body(body(count).to_string().into()).unwrap();
        let peer = SocketAddr::from(([198, 51, 100, 7], 40_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = app.send(request).await;
        if answer.status == 429 {
            assert_problem(&answer, Code::RateLimited, path);
            return count;
        }
        assert!(answer.status.as_u16() < 500, "{}", answer.text);
    }
    panic!("{path} has no limit");
}

#[tokio::test]
async fn every_public_route_has_the_limit_of_the_profile() {
    let limits = configured();
    let email = |count: usize| format!("person{count}@example.com");
    let cases: [Case; 7] = [
        ("/auth/register", 5, |email| credentials(&email, PASSWORD)),
        ("/auth/login", 10, |email| credentials(&email, PASSWORD)),
        ("/auth/account/reactivate", 10, |email| {
            credentials(&email, PASSWORD)
        }),
        ("/auth/request-verify", 3, |email| json!({ "email": email })),
        ("/auth/request-reset", 3, |email| json!({ "email": email })),
        ("/auth/verify", 10, |_| json!({ "token": UNKNOWN_TOKEN })),
        (
            "/auth/reset-password",
            10,
            |_| json!({ "token": UNKNOWN_TOKEN, "password": OTHER_PASSWORD }),
        ),
    ];
    for (path, expected, body) in cases {
        let app = app_with(Kind::Sqlite, Profile::Session, |policy| policy.limits = limits).await;
        assert_eq!(
            allowed(&app, path, |count| body(email(count))).await,
            expected,
            "{path}"
        );
        // Somebody else is not in the same bucket.
        let other = Browser::default().post(&app, path, body(email(99))).await;
        assert_ne!(other.status, 429, "{path}");
    }
}

#[tokio::test]
async fn one_account_has_five_free_attempts_and_then_waits_wherever_they_come_from() {
    let app = app_with(Kind::Sqlite, Profile::Session, |policy| {
        policy.limits = configured();
        policy.limits.login = None;
    })
    .await;
    ana(&app).await;
    let guesses = allowed(&app, "/auth/login", |_| credentials(ANA, "not her password")).await;
    assert_eq!(guesses, 5);
    let other = Browser::default()
        .post(&app, "/auth/login", credentials("ben@example.com", PASSWORD))
        .await;
    assert_problem(&other, Code::InvalidCredentials, "/auth/login");
}
