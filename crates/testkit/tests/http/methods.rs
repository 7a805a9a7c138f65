//! Paths and methods that do not exist, and those that exist in disguise.

use std::collections::BTreeSet;

use axum::http::{Method, Request};
use horizon_auth_core::error::Code;
use horizon_auth_testkit::Answer;

use crate::support::{ANA, app, assert_common_headers, assert_problem, bare, names, secure_app};

const ROUTES: [(&str, &[&str]); 19] = [
    ("/auth/register", &["POST"]),
    ("/auth/login", &["POST"]),
    ("/auth/refresh", &["POST", "DELETE"]),
    ("/auth/logout", &["POST"]),
    ("/auth/profile", &["GET", "HEAD", "PATCH"]),
    ("/auth/password/change", &["POST"]),
    ("/auth/email/change", &["POST"]),
    ("/auth/email/change/confirm", &["POST"]),
    ("/auth/account", &["DELETE"]),
    ("/auth/account/deactivate", &["POST"]),
    ("/auth/account/reactivate", &["POST"]),
    ("/auth/account/export", &["GET", "HEAD"]),
    ("/auth/verify-email", &["POST"]),
    ("/auth/verify-email/resend", &["POST"]),
    ("/auth/password-reset/request", &["POST"]),
    ("/auth/password-reset/complete", &["POST"]),
    ("/.well-known/jwks.json", &["GET", "HEAD"]),
    ("/health/live", &["GET", "HEAD"]),
    ("/health/ready", &["GET", "HEAD"]),
];

fn allow(answer: &Answer) -> BTreeSet<String> {
    let list = answer.header("allow").split(',');
    list.map(|method| method.trim().to_owned()).collect()
}

#[tokio::test]
async fn a_method_that_a_route_lacks_is_405_with_those_it_has() {
    let app = app().await;
    for (path, has) in ROUTES {
        for method in [
            "GET",
            "HEAD",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "OPTIONS",
            "TRACE",
            "FROBNICATE",
        ] {
            if has.contains(&method) {
                continue;
            }
            let request = Request::builder()
                .method(method.parse::<Method>().unwrap())
                .uri(path);
            let answer = bare(&app, request).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            let expected: BTreeSet<String> = has.iter().map(|&method| method.to_owned()).collect();
            assert_eq!(allow(&answer), expected, "{method} {path}");
            if method == "HEAD" {
                assert_eq!(answer.text, "", "an answer to HEAD has no body");
                assert_common_headers(&answer);
            } else {
                assert_problem(&answer, Code::MethodNotAllowed, path);
            }
        }
    }
}

#[tokio::test]
async fn paths_that_do_not_exist_are_404_with_the_path_as_written_and_no_query() {
    let app = app().await;
    for path in [
        "/",
        "/auth",
        "/auth/",
        "/auth/login/",
        "/auth//login",
        "/AUTH/LOGIN",
        "/auth/login%00",
        "/auth/%6cogin/x",
        "/auth/../health/live",
        "/.well-known/",
        "/metrics",
        "/a%20b/%C3%A9",
    ] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let request = Request::builder()
                .method(method)
                .uri(format!("{path}?token=secret-in-query"));
            let answer = bare(&app, request).await;
            assert_problem(&answer, Code::NotFound, path);
            assert!(!answer.text.contains("secret-in-query"));
            assert!(!answer.headers.contains_key("allow"));
        }
    }
}

#[tokio::test]
async fn a_query_never_shows_in_an_error() {
    let app = app().await;
    for path in ["/auth/login", "/auth/register", "/auth/refresh", "/auth/logout"] {
        let answer = bare(&app, Request::post(format!("{path}?password=secret-in-query"))).await;
        assert!(answer.status.is_client_error());
        assert_eq!(answer.json()["path"], path);
        assert!(!answer.text.contains("secret-in-query"));
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let app = app().await;
    let token = app.register(ANA).await.access_token();
    for path in ["/auth/profile", "/.well-known/jwks.json", "/health/live"] {
        let get = app.bearer(Method::GET, path, &token).await;
        let head = app.bearer(Method::HEAD, path, &token).await;
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
        for name in ["content-type", "cache-control", "etag", "content-length"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
        assert_common_headers(&head);
    }
}

#[tokio::test]
async fn head_without_a_token_is_401_without_a_body() {
    let app = app().await;
    let answer = bare(&app, Request::head("/auth/profile")).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (401, ""));
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    let answer = bare(&app, Request::head("/nowhere")).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (404, ""));
}

#[tokio::test]
async fn other_origins_are_not_invited() {
    let app = secure_app().await;
    let preflight = Request::options("/auth/login")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let answer = bare(&app, preflight).await;
    assert_problem(&answer, Code::MethodNotAllowed, "/auth/login");
    assert_eq!(allow(&answer), names(["POST"]));
    assert!(
        answer
            .headers
            .keys()
            .all(|name| !name.as_str().starts_with("access-control-"))
    );
}

#[tokio::test]
async fn a_method_override_is_not_obeyed() {
    let app = app().await;
    let cookie = app.register(ANA).await.cookie();
    let request = Request::get("/auth/refresh?_method=DELETE")
        .header("x-http-method-override", "DELETE")
        .header("cookie", &cookie);
    assert_problem(
        &bare(&app, request).await,
        Code::MethodNotAllowed,
        "/auth/refresh",
    );
    assert_eq!(crate::support::refresh(&app, &cookie).await.status, 200);
}
