//! `POST /auth/introspect` about access tokens (RFC 7662).

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use horizon_auth_core::domain::limits::{Limits, Rate};
use horizon_auth_core::error::Code;
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Answer, TestApp};
use serde_json::json;

use super::{SECRET, server, server_with};
use crate::support::{ANA, app, assert_problem, keys, login, messages, names};

const PATH: &str = "/auth/introspect";

/// Asks in the name of a service.
pub(super) async fn ask_as(app: &TestApp, authorization: Option<&str>, form: &str) -> Answer {
    let mut request = Request::post(PATH).header("content-type", "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    app.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

pub(super) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

pub(super) async fn ask(app: &TestApp, token: &str) -> Answer {
    ask_as(app, Some(&basic("shop", SECRET)), &format!("token={token}")).await
}

/// `{"active":false}` and nothing else.
pub(super) fn assert_inactive(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.text, r#"{"active":false}"#);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_good_token_is_told_with_its_claims() {
    let app = server(Profile::Token).await;
    let ana = app.register(ANA).await;
    let answer = ask(&app, &ana.access_token()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    let told = answer.json();
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
        "iat",
        "iss",
        "aud",
        "jti",
    ];
    assert_eq!(keys(&told), names(all));
    assert_eq!(told["active"], true);
    assert_eq!(told["sub"], ana.json()["user"]["id"]);
    assert_eq!(told["token_type"], "Bearer");
    assert_eq!(told["tenantId"], "default");
    assert_eq!(told["roles"], json!(["user"]));
    assert_eq!(told["iss"], "horizon-auth");
    assert_eq!(told["aud"], "horizon-api");
    assert_eq!(told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(), 900);
}

#[tokio::test]
async fn whatever_is_not_good_is_not_active_and_no_reason_is_told() {
    let app = server(Profile::Token).await;
    app.register(ANA).await;
    let first = login(&app, ANA).await.access_token();
    let second = login(&app, ANA).await;
    let forged = format!("{}x", &first[..first.len() - 1]);
    let refresh_token = second.cookie().split_once('=').unwrap().1.to_owned();
    for token in ["x", "a.b.c", "", &forged, &refresh_token, "hzs_x"] {
        assert_inactive(&ask(&app, token).await);
    }
    let answer = app
        .bearer(Method::POST, "/auth/logout", &second.access_token())
        .await;
    assert_eq!(answer.status, 200);
    assert_inactive(&ask(&app, &first).await);
    let third = login(&app, ANA).await.access_token();
    assert_eq!(ask(&app, &third).await.json()["active"], true);
    app.engine.clock.advance(Duration::from_secs(900));
    assert_inactive(&ask(&app, &third).await);
}

#[tokio::test]
async fn only_services_that_prove_which_one_they_are_are_answered() {
    let app = server(Profile::Token).await;
    let token = app.register(ANA).await.access_token();
    let form = format!("token={token}");
    let bearer = format!("Bearer {token}");
    let cases = [
        None,
        Some(basic("shop", &SECRET[1..])),
        Some(basic("blog", SECRET)),
        Some(basic("", "")),
        Some("Basic".to_owned()),
        Some("Basic ###".to_owned()),
        Some(bearer),
    ];
    for authorization in cases {
        // A body that is too large or no form tells nothing either.
        for form in [form.as_str(), "", "{}"] {
            let answer = ask_as(&app, authorization.as_deref(), form).await;
            assert_problem(&answer, Code::ClientInvalid, PATH);
            assert_eq!(answer.header("www-authenticate"), r#"Basic realm="horizon-auth""#);
        }
    }
}

#[tokio::test]
async fn a_question_without_a_token_is_a_mistake_and_a_hint_is_none() {
    let app = server(Profile::Token).await;
    let token = app.register(ANA).await.access_token();
    let shop = basic("shop", SECRET);
    let answer = ask_as(&app, Some(&shop), "token_type_hint=access_token").await;
    assert_problem(&answer, Code::InvalidInput, PATH);
    assert_eq!(messages(&answer), ["Token is required"]);
    let doubled = ask_as(&app, Some(&shop), "token=a&token=b").await;
    assert_problem(&doubled, Code::InvalidInput, PATH);
    for hint in ["access_token", "refresh_token", "whatever"] {
        let form = format!("token={token}&token_type_hint={hint}");
        assert_eq!(
            ask_as(&app, Some(&shop), &form).await.json()["active"],
            true,
            "{hint}"
        );
    }
}

#[tokio::test]
async fn failures_are_counted_and_nobody_is_kept_out_by_those_of_others() {
    let app = server_with(Profile::Token, |policy| {
        policy.limits = Limits {
            client_authentication: Some(Rate::per_seconds(3, 60)),
            ..Limits::OFF
        };
    })
    .await;
    let token = app.register(ANA).await.access_token();
    let wrong = basic("shop", "a guess");
    for _ in 0..3 {
        assert_problem(&ask_as(&app, Some(&wrong), "").await, Code::ClientInvalid, PATH);
    }
    assert_problem(&ask_as(&app, Some(&wrong), "").await, Code::RateLimited, PATH);
    assert_eq!(ask(&app, &token).await.json()["active"], true);
}

#[tokio::test]
async fn doubt_is_503() {
    let app = server(Profile::Token).await;
    let token = app.register(ANA).await.access_token();
    app.engine.auth.stand_down();
    assert_problem(&ask(&app, &token).await, Code::Unavailable, PATH);
    assert_inactive(&ask(&app, "no token of ours").await);
}

#[tokio::test]
async fn without_single_sign_on_there_is_neither_the_route_nor_the_page() {
    let app = app().await;
    assert_problem(&ask(&app, "x").await, Code::NotFound, PATH);
    assert_problem(&app.open("/login").await, Code::NotFound, "/login");
}
