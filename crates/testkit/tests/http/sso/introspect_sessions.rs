//! `POST /auth/introspect` about the secrets of session cookies, which applications on sibling hosts see.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::TestApp;

use super::introspect::{ask, assert_inactive};
use super::server;
use crate::support::{ANA, PASSWORD, credentials, keys, names};

async fn secret(app: &TestApp) -> String {
    let opened = app.post("/auth/register", credentials(ANA, PASSWORD)).await;
    let pair = opened.cookie();
    let (name, secret) = pair.split_once('=').unwrap();
    assert_eq!(name, "__Secure-session");
    secret.to_owned()
}

#[tokio::test]
async fn a_living_session_is_told_with_who_is_in_it() {
    let app = server(Profile::Session).await;
    let secret = secret(&app).await;
    let told = ask(&app, &secret).await.json();
    let all = [
        "active",
        "sub",
        "email",
        "tenantId",
        "roles",
        "sid",
        "epoch",
        "tenantEpoch",
        "token_type",
        "exp",
        "iss",
        "aud",
    ];
    assert_eq!(keys(&told), names(all));
    assert_eq!(
        (&told["active"], &told["token_type"]),
        (&true.into(), &"session".into())
    );
    assert_eq!(told["email"], ANA);
}

#[tokio::test]
async fn one_that_was_ended_or_never_was_is_not_active() {
    let app = server(Profile::Session).await;
    let secret = secret(&app).await;
    let never = format!("{}A", &secret[..secret.len() - 1]);
    if never != secret {
        assert_inactive(&ask(&app, &never).await);
    }
    let csrf = app.engine.auth.issue_csrf_token(
        &horizon_auth_core::domain::token::Secret::<horizon_auth_core::domain::token::SessionCookie>::parse(
            &secret,
        )
        .unwrap(),
        None,
    );
    let csrf = csrf.unwrap();
    let request = Request::post("/auth/logout")
        .header(
            "cookie",
            format!("__Secure-session={secret}; __Secure-csrf={}", csrf.reveal()),
        )
        .header("x-csrf-token", csrf.reveal())
        .header("sec-fetch-site", "same-origin");
    let ended = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
    assert_inactive(&ask(&app, &secret).await);
}

#[tokio::test]
async fn being_asked_about_keeps_a_session_alive() {
    let app = server(Profile::Session).await;
    let secret = secret(&app).await;
    let day = Duration::from_secs(24 * 3600);
    let before = ask(&app, &secret).await.json()["exp"].as_i64().unwrap();
    app.engine.clock.advance(5 * day);
    assert_eq!(ask(&app, &secret).await.json()["active"], true);
    // The use is noted beside the answer; the next look that reads the database sees it.
    let mut tries = 0;
    while ask(&app, &secret).await.json()["exp"].as_i64().unwrap() == before {
        tries += 1;
        assert!(tries < 10_000, "the use was never noted");
        app.engine.clock.advance(Duration::from_secs(16 * 60));
        tokio::task::yield_now().await;
    }
}
