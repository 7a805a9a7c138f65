//! Which pages may call, and read what is answered.

use std::collections::BTreeSet;

use axum::http::{Method, Request};
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Answer, TestApp};

use super::{APP, server};
use crate::support::{ANA, ORIGIN, bare, login, with_cookie};

const PATHS: [&str; 6] = [
    "/auth/login",
    "/auth/refresh",
    "/auth/profile",
    "/auth/introspect",
    "/.well-known/jwks.json",
    "/nowhere",
];

async fn preflight(app: &TestApp, path: &str, origin: &str) -> Answer {
    let request = Request::options(path)
        .header("origin", origin)
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", "authorization,content-type");
    bare(app, request).await
}

fn list(answer: &Answer, name: &str) -> BTreeSet<String> {
    let items = answer.header(name).split(',');
    items.map(|item| item.trim().to_ascii_lowercase()).collect()
}

fn invites(answer: &Answer) -> bool {
    answer.headers.contains_key("access-control-allow-origin")
}

#[tokio::test]
async fn allowed_origins_may_call_with_cookies_and_are_named_exactly() {
    let app = server(Profile::Token).await;
    for origin in [APP, "https://blog.example.com:8443"] {
        for path in PATHS {
            let answer = preflight(&app, path, origin).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), origin);
            assert_eq!(answer.header("access-control-allow-credentials"), "true");
            assert_eq!(answer.header("access-control-max-age"), "600");
            assert!(list(&answer, "vary").contains("origin"), "{path}");
            let methods = list(&answer, "access-control-allow-methods");
            for method in ["get", "head", "post", "put", "patch", "delete"] {
                assert!(methods.contains(method), "{method}");
            }
            let headers = list(&answer, "access-control-allow-headers");
            for header in ["authorization", "content-type", "idempotency-key", "x-csrf-token"] {
                assert!(headers.contains(header), "{header}");
            }
            assert!(!headers.contains("*") && !methods.contains("*"));
        }
    }
}

#[tokio::test]
async fn nobody_else_is_invited_however_similar() {
    let app = server(Profile::Token).await;
    for origin in [
        "null",
        "",
        "*",
        "https://evil.example",
        "http://app.example.com",
        "https://app.example.com:443",
        "https://app.example.com:8443",
        "https://app.example.com/",
        "https://APP.example.com",
        "https://blog.example.com",
        "https://x.app.example.com",
        "https://app.example.com.evil.example",
        "https://example.com",
        "http://app.dev.localhost:3000",
        ORIGIN,
    ] {
        for path in PATHS {
            let answer = preflight(&app, path, origin).await;
            assert!(!invites(&answer), "{origin} {path}");
            let request = Request::get(path).header("origin", origin);
            let answer = bare(&app, request).await;
            assert!(!invites(&answer), "{origin} {path}");
            assert!(list(&answer, "vary").contains("origin"), "{origin} {path}");
        }
    }
}

#[tokio::test]
async fn refusals_can_be_read_by_the_application_too() {
    let app = server(Profile::Token).await;
    for (method, path, status) in [
        (Method::POST, "/auth/refresh", 401),
        (Method::GET, "/auth/profile", 401),
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/auth/login", 405),
        (Method::POST, "/auth/login", 415),
    ] {
        let request = Request::builder().method(method).uri(path).header("origin", APP);
        let answer = bare(&app, request).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), APP, "{path}");
        assert!(list(&answer, "access-control-expose-headers").contains("retry-after"));
    }
}

#[tokio::test]
async fn an_application_refreshes_with_the_shared_cookie_and_logs_out() {
    let app = server(Profile::Token).await;
    app.register(ANA).await;
    let logged_in = login(&app, ANA).await;
    let lines = logged_in.header("set-cookie");
    assert!(
        lines.starts_with("__Secure-refresh_token=") && lines.contains("; Domain=example.com"),
        "{lines}"
    );
    let from_app = |method, cookie: &str| {
        with_cookie(method, "/auth/refresh", cookie)
            .header("origin", APP)
            .header("sec-fetch-site", "same-site")
    };
    let refreshed = bare(&app, from_app(Method::POST, &logged_in.cookie())).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    assert_eq!(refreshed.header("access-control-allow-credentials"), "true");
    let ended = bare(&app, from_app(Method::DELETE, &refreshed.cookie())).await;
    assert_eq!(ended.status, 204);
    let profile = app
        .bearer(Method::GET, "/auth/profile", &refreshed.access_token())
        .await;
    assert_eq!(profile.json()["code"], "token_revoked");
}

#[tokio::test]
async fn pages_are_for_nobody_else() {
    let app = server(Profile::Token).await;
    for path in ["/login", "/reset-password", "/verify-email"] {
        let answer = bare(&app, Request::get(path).header("origin", APP)).await;
        assert_eq!(answer.status, 200);
        assert!(!invites(&answer), "{path}");
        assert_eq!(preflight(&app, path, APP).await.status, 405, "{path}");
    }
}
