//! Headers that every answer carries.

use axum::body::to_bytes;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, Method, Request};
use horizon_auth_core::error::Code;
use horizon_auth_http::Gate;
use horizon_auth_http::config::HttpConfig;
use horizon_auth_testkit::{Answer, TestApp, TestAuth};
use serde_json::{Value, json};

use crate::support::{
    ANA, ORIGIN, app, assert_common_headers, bare, json_text, login, profile, refresh, secure_app,
};

/// One answer of every route and of every kind of error, with whether it is below `/auth`.
async fn one_of_each(app: &TestApp) -> Vec<Answer> {
    let registered = app.register(ANA).await;
    let token = registered.access_token();
    vec![
        app.register(ANA).await,
        login(app, ANA).await,
        app.post("/auth/login", json!({})).await,
        json_text(app, "/auth/login", "{").await,
        app.post("/auth/login", json!({ "email": ANA, "password": "wrong" }))
            .await,
        refresh(app, &registered.cookie()).await,
        refresh(app, "").await,
        app.cookie(Method::DELETE, "/auth/refresh", "").await,
        bare(
            app,
            Request::post("/auth/refresh").header("origin", "https://evil.example"),
        )
        .await,
        profile(app, &token).await,
        profile(app, "garbage").await,
        bare(app, Request::put("/auth/profile")).await,
        bare(app, Request::get("/auth/nothing")).await,
        app.bearer(Method::POST, "/auth/logout", &token).await,
        profile(app, &token).await,
        registered,
    ]
}

#[tokio::test]
async fn nothing_below_auth_may_be_stored_and_nothing_may_be_sniffed_framed_or_embedded() {
    for app in [app().await, secure_app().await] {
        for answer in one_of_each(&app).await {
            assert_common_headers(&answer);
            assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.text);
            assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        }
        for path in ["/health/live", "/health/ready"] {
            let answer = bare(&app, Request::get(path)).await;
            assert_common_headers(&answer);
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
}

#[tokio::test]
async fn what_another_front_end_refuses_has_the_headers_of_what_the_router_refuses() {
    for app in [app().await, secure_app().await] {
        let gate = Gate::from(app.http.clone());
        let parts = Request::get("/auth/nothing?secret=1")
            .body(())
            .unwrap()
            .into_parts()
            .0;
        let refused = gate.answer(Code::NotFound.into(), &parts);
        let routed = bare(&app, Request::get("/auth/nothing")).await;
        let mut names: Vec<_> = routed
            .headers
            .keys()
            .filter(|name| **name != CONTENT_LENGTH)
            .collect();
        let mut own: Vec<_> = refused.headers().keys().collect();
        names.sort_by_key(|name| name.as_str());
        own.sort_by_key(|name| name.as_str());
        assert_eq!(own, names);
        assert_eq!(refused.status(), routed.status);
        let id = refused.headers()["x-request-id"].to_str().unwrap().to_owned();
        let body = to_bytes(refused.into_body(), 4096).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (&body["requestId"], &body["path"]),
            (&json!(id), &json!("/auth/nothing"))
        );
    }
}

#[tokio::test]
async fn hsts_is_sent_by_an_https_origin_and_only_by_one() {
    let year = "max-age=31536000; includeSubDomains";
    for answer in one_of_each(&secure_app().await).await {
        assert_eq!(answer.header("strict-transport-security"), year);
    }
    for answer in one_of_each(&app().await).await {
        assert!(!answer.headers.contains_key("strict-transport-security"));
    }
}

#[tokio::test]
async fn hsts_follows_the_origin_and_not_the_cookie() {
    for (origin, secure_cookie, expected) in [(ORIGIN, false, true), ("http://localhost:3000", true, false)] {
        let mut config = HttpConfig::new(origin.into());
        config.cookie.secure = secure_cookie;
        let app = TestApp::with_config(TestAuth::new().await, config);
        let answer = bare(&app, Request::get("/health/live")).await;
        assert_eq!(
            answer.headers.contains_key("strict-transport-security"),
            expected,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn a_request_id_is_echoed_if_it_is_a_uuid() {
    let app = app().await;
    let id = "0190a6c0-7b1e-7c3a-9d2f-3b5c7d9e1f20";
    for path in ["/health/live", "/auth/profile", "/nowhere"] {
        let answer = bare(&app, Request::get(path).header("x-request-id", id)).await;
        assert_eq!(answer.header("x-request-id"), id);
        if answer.status.is_client_error() {
            assert_eq!(answer.json()["requestId"], id);
        }
    }
}

#[tokio::test]
async fn any_other_request_id_is_replaced_by_a_fresh_uuid() {
    let app = app().await;
    let long = "a".repeat(4_000);
    let mut seen = std::collections::BTreeSet::new();
    for offered in [
        "",
        "1",
        "admin\tlogged in",
        "../../etc/passwd",
        "0190a6c0-7b1e-7c3a-9d2f-3b5c7d9e1f2",
        &long,
    ] {
        let answer = bare(
            &app,
            Request::get("/auth/profile").header("x-request-id", offered),
        )
        .await;
        let id = answer.header("x-request-id").to_owned();
        assert_eq!(id.parse::<uuid::Uuid>().unwrap().get_version_num(), 7);
        assert_eq!(answer.json()["requestId"], id.as_str());
        assert!(seen.insert(id), "every request has its own id");
    }
    let binary = HeaderValue::from_bytes(b"\xff\xff").unwrap();
    let answer = bare(&app, Request::get("/nowhere").header("x-request-id", binary)).await;
    assert!(answer.header("x-request-id").parse::<uuid::Uuid>().is_ok());
}

#[tokio::test]
async fn the_audit_row_carries_the_request_id_of_the_answer() {
    let app = app().await;
    app.register(ANA).await;
    let count = app
        .engine
        .database
        .number("SELECT COUNT(*) FROM audit_events WHERE request_id = x'0190a6c07b1e7c3a9d2f3b5c7d9e1f20'");
    assert_eq!(count.await, 0);
    let request = Request::post("/auth/login")
        .header("content-type", "application/json")
        .header("x-request-id", "0190a6c0-7b1e-7c3a-9d2f-3b5c7d9e1f20");
    let body = json!({ "email": ANA, "password": "wrong" }).to_string();
    app.send(request.body(body.into()).unwrap()).await;
    let count = app.engine.database.number(
        "SELECT COUNT(*) FROM audit_events WHERE request_id = x'0190a6c07b1e7c3a9d2f3b5c7d9e1f20'
            AND event = 'login_failed'",
    );
    assert_eq!(count.await, 1);
}
