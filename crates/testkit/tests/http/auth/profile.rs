//! `GET /auth/profile`, and with it every way to present an access token.

use axum::http::{HeaderValue, Method, Request};
use horizon_auth_core::error::Code;
use horizon_auth_testkit::TestApp;

use crate::support::{
    ANA, app, assert_common_headers, assert_problem, assert_safe_user, bare, profile, refresh,
};

const PATH: &str = "/auth/profile";

#[tokio::test]
async fn the_profile_is_the_user_alone() {
    let app = app().await;
    let ana = app.register(ANA).await;
    let answer = profile(&app, &ana.access_token()).await;
    assert_eq!(answer.status, 200);
    assert_safe_user(&answer.json(), ANA);
    assert_eq!(answer.json(), ana.json()["user"]);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_common_headers(&answer);
}

#[tokio::test]
async fn without_a_token_the_challenge_names_no_error() {
    let app = app().await;
    let answer = bare(&app, Request::get(PATH)).await;
    assert_problem(&answer, Code::TokenMissing, PATH);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn whatever_is_not_one_bearer_token_is_refused_with_the_error_of_rfc_6750() {
    let app = app().await;
    let token = app.register(ANA).await.access_token();
    let garbage = [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        "Bearer x".into(),
        "Basic YW5hOnNlY3JldA==".into(),
        token.clone(),
        format!("Token {token}"),
        format!("Bearer{token}"),
        format!("Bearer {token}x"),
        format!("Bearer {token},{token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer \"{token}\""),
        format!("Bearer {}", "a.b.c"),
        format!("Bearer {}", "A".repeat(8_000)),
        format!("Bearer {}.", token.rsplit_once('.').unwrap().0),
    ];
    for line in garbage {
        let answer = bare(&app, Request::get(PATH).header("authorization", &line)).await;
        assert_problem(&answer, Code::TokenInvalid, PATH);
        assert_eq!(
            answer.header("www-authenticate"),
            r#"Bearer error="invalid_token""#,
            "{line}"
        );
    }
    let binary = HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap();
    let answer = bare(&app, Request::get(PATH).header("authorization", binary)).await;
    assert_problem(&answer, Code::TokenInvalid, PATH);
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case() {
    let app = app().await;
    let token = app.register(ANA).await.access_token();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let line = format!("{scheme} {token}");
        let answer = bare(&app, Request::get(PATH).header("authorization", line)).await;
        assert_eq!(answer.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn two_tokens_are_none() {
    let app = app().await;
    let line = format!("Bearer {}", app.register(ANA).await.access_token());
    let request = Request::get(PATH)
        .header("authorization", &line)
        .header("authorization", &line);
    assert_problem(&bare(&app, request).await, Code::TokenInvalid, PATH);
}

#[tokio::test]
async fn a_token_elsewhere_than_in_the_header_is_not_seen() {
    let app = app().await;
    let token = app.register(ANA).await.access_token();
    let in_query = bare(&app, Request::get(format!("{PATH}?access_token={token}"))).await;
    assert_problem(&in_query, Code::TokenMissing, PATH);
    assert!(!in_query.text.contains(&token));
    let in_cookie = Request::get(PATH).header("cookie", format!("access_token={token}"));
    assert_problem(&bare(&app, in_cookie).await, Code::TokenMissing, PATH);
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token_and_the_other_way_round() {
    let app = app().await;
    let ana = app.register(ANA).await;
    let refresh_token = ana.cookie().split_once('=').unwrap().1.to_owned();

    let as_bearer = profile(&app, &refresh_token).await;
    assert_problem(&as_bearer, Code::TokenInvalid, PATH);
    assert!(!as_bearer.text.contains(&refresh_token));
    let as_cookie = refresh(&app, &format!("refresh_token={}", ana.access_token())).await;
    assert_problem(&as_cookie, Code::RefreshInvalid, "/auth/refresh");

    // Neither mix-up had an effect.
    assert_eq!(profile(&app, &ana.access_token()).await.status, 200);
    assert_eq!(refresh(&app, &ana.cookie()).await.status, 200);
}

#[tokio::test]
async fn a_token_of_another_engine_is_refused() {
    // Same key, issuer and audience: a second service that was set up alike, with its own people.
    let (app, other) = (app().await, app().await);
    let foreign = other.register(ANA).await.access_token();
    assert_problem(&profile(&app, &foreign).await, Code::TokenInvalid, PATH);
}

#[tokio::test]
async fn an_account_that_is_gone_has_no_profile() {
    let app = app().await;
    let token = app.register(ANA).await.access_token();
    app.engine.database.execute("DELETE FROM users").await;
    assert_problem(&profile(&app, &token).await, Code::TokenInvalid, PATH);
}

#[tokio::test]
async fn a_node_that_does_not_know_the_revocations_says_so_instead_of_guessing() {
    let app = app().await;
    let token = app.register(ANA).await.access_token();
    let mut engine = app.engine;
    engine.auth = engine.unprepared();
    let app = TestApp::new(engine);
    for (method, path) in [(Method::GET, PATH), (Method::POST, "/auth/logout")] {
        let answer = app.bearer(method, path, &token).await;
        assert_problem(&answer, Code::Unavailable, path);
        assert_eq!(answer.header("retry-after"), "1");
    }
    // A token that is no token needs no denylist.
    assert_problem(&profile(&app, "garbage").await, Code::TokenInvalid, PATH);

    app.engine.auth.prepare().await.unwrap();
    assert_eq!(profile(&app, &token).await.status, 200);
}
