//! `POST /auth/refresh` and `DELETE /auth/refresh`: what a refresh token is good for.

use std::time::Duration;

use axum::http::Method;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, TestApp, TestAuth, both_engines};

use crate::support::{
    ANA, app, assert_common_headers, assert_pair, assert_problem, bare, login, messages, profile, raw,
    refresh, with_cookie,
};

const PATH: &str = "/auth/refresh";
const CLEARED: &str = "refresh_token=; Path=/auth/refresh; HttpOnly; SameSite=Strict; Max-Age=0";

async fn refresh_with_key(app: &TestApp, cookie: &str, key: &str) -> Answer {
    bare(
        app,
        with_cookie(Method::POST, PATH, cookie).header("idempotency-key", key),
    )
    .await
}

both_engines! {
    a_repeated_call_with_its_idempotency_key_gets_the_same_child => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let first = refresh_with_key(&app, &ana.cookie(), "call-1").await;
        app.engine.clock.advance(Duration::from_secs(59));
        let second = refresh_with_key(&app, &ana.cookie(), "call-1").await;
        assert_eq!(second.status, 200, "{}", second.text);
        assert_eq!(second.cookie(), first.cookie());
        assert_eq!(profile(&app, &second.access_token()).await.status, 200);
        assert_eq!(refresh(&app, &second.cookie()).await.status, 200);
    };

    another_idempotency_key_is_another_call => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        refresh_with_key(&app, &ana.cookie(), "call-1").await;
        let other = refresh_with_key(&app, &ana.cookie(), "call-2").await;
        assert_problem(&other, Code::RefreshReused, PATH);
    };

    an_idempotency_key_helps_for_a_minute_only => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        refresh_with_key(&app, &ana.cookie(), "call-1").await;
        app.engine.clock.advance(Duration::from_secs(60));
        let late = refresh_with_key(&app, &ana.cookie(), "call-1").await;
        assert_problem(&late, Code::RefreshReused, PATH);
    };

    the_cookie_ends_its_session_when_the_access_token_has_expired => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let (laptop, phone) = (app.register(ANA).await, login(&app, ANA).await);
        app.engine.clock.advance(Duration::from_secs(16 * 60));
        assert_problem(&profile(&app, &laptop.access_token()).await, Code::TokenExpired, "/auth/profile");

        let ended = app.cookie(Method::DELETE, PATH, &laptop.cookie()).await;
        assert_eq!((ended.status.as_u16(), ended.text.as_str()), (204, ""));
        assert_eq!(ended.header("set-cookie"), CLEARED);
        assert_problem(&refresh(&app, &laptop.cookie()).await, Code::SessionEnded, PATH);
        assert_eq!(refresh(&app, &phone.cookie()).await.status, 200, "the other session lives on");
    };

    ending_a_session_kills_its_access_token_at_once => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let (laptop, phone) = (app.register(ANA).await, login(&app, ANA).await);
        app.cookie(Method::DELETE, PATH, &laptop.cookie()).await;
        assert_problem(&profile(&app, &laptop.access_token()).await, Code::TokenRevoked, "/auth/profile");
        assert_eq!(profile(&app, &phone.access_token()).await.status, 200);
    };
}

#[tokio::test]
async fn an_unusable_idempotency_key_is_refused_before_the_token_is_touched() {
    let app = app().await;
    let ana = app.register(ANA).await;
    for key in ["", "two words", "ümlaut", &"k".repeat(256)] {
        let answer = refresh_with_key(&app, &ana.cookie(), key).await;
        assert_problem(&answer, Code::InvalidInput, PATH);
        assert_eq!(
            messages(&answer),
            ["Idempotency-Key must be 1 to 255 visible ASCII characters"]
        );
        assert!(
            !answer.headers.contains_key("set-cookie"),
            "the token is still good"
        );
    }
    assert_pair(
        &refresh_with_key(&app, &ana.cookie(), &"k".repeat(255)).await,
        200,
        ANA,
    );
}

#[tokio::test]
async fn ending_a_session_is_fine_with_any_cookie_or_none() {
    let app = app().await;
    let ana = app.register(ANA).await;
    let unknown = format!("refresh_token=hzr_{}", "A".repeat(43));
    for cookie in [
        "",
        "refresh_token=",
        "refresh_token=garbage",
        "other=1",
        unknown.as_str(),
    ] {
        let answer = app.cookie(Method::DELETE, PATH, cookie).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text.as_str()),
            (204, ""),
            "{cookie}"
        );
        assert_eq!(answer.header("set-cookie"), CLEARED);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_common_headers(&answer);
    }
    for _ in 0..2 {
        assert_eq!(
            app.cookie(Method::DELETE, PATH, &ana.cookie()).await.status,
            204,
            "ending twice is fine"
        );
    }
}

#[tokio::test]
async fn a_used_token_still_ends_its_session() {
    let app = app().await;
    let ana = app.register(ANA).await;
    let child = refresh(&app, &ana.cookie()).await;
    assert_eq!(app.cookie(Method::DELETE, PATH, &ana.cookie()).await.status, 204);
    assert_problem(&refresh(&app, &child.cookie()).await, Code::SessionEnded, PATH);
}

#[tokio::test]
async fn an_unknown_token_never_revokes_anything() {
    let app = app().await;
    let ana = app.register(ANA).await;
    let unknown = format!("refresh_token=hzr_{}", "A".repeat(43));
    for _ in 0..3 {
        let answer = refresh(&app, &unknown).await;
        assert_problem(&answer, Code::RefreshInvalid, PATH);
        assert_eq!(answer.header("set-cookie"), CLEARED);
    }
    let revocations = app
        .engine
        .database
        .number("SELECT COUNT(*) FROM revocations")
        .await;
    let ended = app
        .engine
        .database
        .number("SELECT COUNT(*) FROM sessions WHERE revoked_at IS NOT NULL")
        .await;
    assert_eq!((revocations, ended), (0, 0));
    assert_eq!(profile(&app, &ana.access_token()).await.status, 200);
    assert_pair(&refresh(&app, &ana.cookie()).await, 200, ANA);
}

#[tokio::test]
async fn a_body_is_not_needed_but_if_there_is_one_it_is_json() {
    let app = app().await;
    let mut cookie = app.register(ANA).await.cookie();
    for body in ["{}", r#"{"anything":"at all"}"#] {
        let request = with_cookie(Method::POST, PATH, &cookie).header("content-type", "application/json");
        let answer = app.send(request.body(body.into()).unwrap()).await;
        assert_pair(&answer, 200, ANA);
        cookie = answer.cookie();
    }
    for (content_type, body) in [
        (Some("text/plain"), "{}"),
        (Some("application/x-www-form-urlencoded"), ""),
        (Some("multipart/form-data"), ""),
        (None, "{}"),
    ] {
        let mut request = with_cookie(Method::POST, PATH, &cookie);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let answer = app.send(request.body(body.into()).unwrap()).await;
        assert_problem(&answer, Code::UnsupportedMediaType, PATH);
    }
    assert_pair(&refresh(&app, &cookie).await, 200, ANA);
}

#[tokio::test]
async fn a_refresh_token_in_the_body_is_not_seen() {
    let app = app().await;
    let token = app
        .register(ANA)
        .await
        .cookie()
        .split_once('=')
        .unwrap()
        .1
        .to_owned();
    let body = format!(r#"{{"refreshToken":"{token}","refresh_token":"{token}"}}"#);
    let answer = raw(&app, PATH, Some("application/json"), body).await;
    assert_problem(&answer, Code::RefreshMissing, PATH);
    assert!(!answer.headers.contains_key("set-cookie"));
}
