//! Unsafe requests with a cookie need a token that fits the session, in our routes and in an application's own.

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use axum::http::{Method, Request};
use axum::routing::{get, post};
use horizon_auth::CurrentUser;
use horizon_auth_core::error::Code;
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Kind, TestApp};
use serde_json::json;
use tower::ServiceExt as _;

use super::{ANA, Browser, CSRF, SESSION, ana, app, app_with, credentials};
use crate::support::{ORIGIN, PASSWORD, assert_problem, keys, names};

/// How a request deviates from what a page of ours sends, and what comes of it; `None` is success.
struct Case {
    name: &'static str,
    change: fn(&mut Browser, &Browser),
    code: Option<Code>,
}

#[rustfmt::skip] // a table
const CASES: &[Case] = &[
    Case { name: "as our page sends it", change: |_, _| {}, code: None },
    Case { name: "without the cookie that repeats it", change: |me, _| _ = me.jar.remove(CSRF), code: None },
    Case { name: "no header", change: |me, _| me.token = None, code: Some(Code::CsrfInvalid) },
    Case { name: "empty", change: |me, _| me.token = Some(String::new()), code: Some(Code::CsrfInvalid) },
    Case { name: "garbage", change: |me, _| me.token = Some("A".repeat(64)), code: Some(Code::CsrfInvalid) },
    Case {
        name: "garbage in header and cookie alike",
        change: |me, _| {
            me.token = Some("A".repeat(64));
            me.jar.insert(CSRF.into(), "A".repeat(64));
        },
        code: Some(Code::CsrfInvalid),
    },
    Case {
        name: "the token of somebody else",
        change: |me, other| me.token.clone_from(&other.token),
        code: Some(Code::CsrfInvalid),
    },
    Case {
        name: "the token of somebody else in header and cookie alike, as a sibling domain can plant it",
        change: |me, other| {
            me.token.clone_from(&other.token);
            me.jar.insert(CSRF.into(), other.jar[CSRF].clone());
        },
        code: Some(Code::CsrfInvalid),
    },
    Case {
        name: "another cookie than header",
        change: |me, other| _ = me.jar.insert(CSRF.into(), other.jar[CSRF].clone()),
        code: Some(Code::CsrfInvalid),
    },
    Case {
        name: "the session cookie itself as the token",
        change: |me, _| me.token = Some(me.jar[SESSION].clone()),
        code: Some(Code::CsrfInvalid),
    },
    Case {
        name: "no session at all",
        change: |me, _| _ = me.jar.remove(SESSION),
        code: Some(Code::TokenMissing),
    },
    Case {
        name: "a session cookie of garbage",
        change: |me, _| _ = me.jar.insert(SESSION.into(), "garbage".into()),
        code: Some(Code::SessionInvalid),
    },
];

#[tokio::test]
async fn only_a_token_that_fits_the_session_lets_an_unsafe_request_through() {
    let app = app().await;
    let (me, other) = (
        ana(&app).await,
        Browser::registered(&app, "ben@example.com").await,
    );
    for case in CASES {
        let mut browser = me.clone();
        (case.change)(&mut browser, &other);
        let request = browser
            .request(Method::PATCH, "/auth/profile")
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(r#"{"fullName":"Ana"}"#));
        let answer = app.send(request.unwrap()).await;
        match case.code {
            None => assert_eq!(answer.status, 200, "{}: {}", case.name, answer.text),
            Some(code) => {
                assert_eq!(answer.code(), code.wire(), "{}", case.name);
                assert_problem(&answer, code, "/auth/profile");
            }
        }
    }
}

#[tokio::test]
async fn two_headers_are_none() {
    let app = app().await;
    let me = ana(&app).await;
    let token = me.token.clone().unwrap();
    let request = me
        .request(Method::POST, "/auth/logout")
        .header("x-csrf-token", token);
    let answer = app.send(request.body(Body::empty()).unwrap()).await;
    assert_problem(&answer, Code::CsrfInvalid, "/auth/logout");
    assert_eq!(me.me(&app).await, 200);
}

/// A request of a page of that origin, with everything else right.
async fn from(app: &TestApp, me: &Browser, headers: &[(&'static str, &str)]) -> u16 {
    let mut request = Request::patch("/auth/profile")
        .header(COOKIE, format!("{SESSION}={}", me.secret()))
        .header("x-csrf-token", me.token.clone().unwrap())
        .header(CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = app.send(request.body(Body::from("{}")).unwrap()).await;
    answer.status.as_u16()
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_even_with_the_right_token() {
    let app = app().await;
    let me = ana(&app).await;
    for headers in [
        &[][..],
        &[("sec-fetch-site", "same-origin")],
        &[("origin", ORIGIN)],
        &[("sec-fetch-site", "same-site"), ("origin", ORIGIN)],
    ] {
        assert_eq!(from(&app, &me, headers).await, 200, "{headers:?}");
    }
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://shop.example.com"),
        ],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site"),
        ],
    ] {
        assert_eq!(from(&app, &me, headers).await, 403, "{headers:?}");
    }
}

#[tokio::test]
async fn a_log_in_or_registration_is_taken_from_our_own_pages_and_as_json_only() {
    let app = app().await;
    Browser::registered(&app, ANA).await;
    for path in ["/auth/login", "/auth/register", "/auth/account/reactivate"] {
        let body = credentials(ANA, PASSWORD).to_string();
        let request = Request::post(path)
            .header("origin", "https://evil.example")
            .header(CONTENT_TYPE, "application/json");
        let answer = app.send(request.body(Body::from(body.clone())).unwrap()).await;
        assert_problem(&answer, Code::CrossSite, path);
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ] {
            let request = Request::post(path).header(CONTENT_TYPE, content_type);
            let answer = app.send(request.body(Body::from(body.clone())).unwrap()).await;
            assert_problem(&answer, Code::UnsupportedMediaType, path);
        }
    }
}

#[tokio::test]
async fn a_token_is_the_same_for_two_tabs_and_another_after_the_next_log_in() {
    let app = app().await;
    let mut me = ana(&app).await;
    let first = me.token.clone().unwrap();
    let answer = me.get(&app, "/auth/csrf").await;
    assert_eq!(answer.status, 200);
    assert_eq!(keys(&answer.json()), names(["csrfToken"]));
    assert_eq!(answer.json()["csrfToken"], first, "another tab has it too");

    me.jar.remove(CSRF);
    let answer = me.get(&app, "/auth/csrf").await;
    let second = answer.json()["csrfToken"].as_str().unwrap().to_owned();
    assert_ne!(second, first);
    assert_eq!(me.jar[CSRF], second);

    me.login(&app, ANA).await;
    assert!(me.token.clone().unwrap() != second && me.token.clone().unwrap() != first);
    let mut stale = me.clone();
    stale.token = Some(second);
    stale.jar.remove(CSRF);
    let answer = stale.post(&app, "/auth/logout", json!({})).await;
    assert_problem(&answer, Code::CsrfInvalid, "/auth/logout");
}

#[tokio::test]
async fn without_a_session_there_is_no_token() {
    let app = app().await;
    let answer = Browser::default().get(&app, "/auth/csrf").await;
    assert_problem(&answer, Code::TokenMissing, "/auth/csrf");
    assert!(!answer.headers.contains_key("set-cookie"));
}

/// An application with a route of its own.
fn own_routes(app: &TestApp) -> Router {
    Router::new()
        .route("/read", get(async |user: CurrentUser| user.email.clone()))
        .route("/write", post(async |user: CurrentUser| user.email.clone()))
        .route(
            "/perhaps",
            post(async |user: Option<CurrentUser>| user.map_or(String::new(), |user| user.email.clone())),
        )
        .with_state(app.http.clone())
}

#[tokio::test]
async fn routes_of_the_application_are_guarded_where_the_cookie_is_believed() {
    let app = app().await;
    let me = ana(&app).await;
    let mut without = me.clone();
    without.token = None;
    for (browser, method, path, expected) in [
        (&without, Method::GET, "/read", 200),
        (&without, Method::POST, "/write", 403),
        (&me, Method::POST, "/write", 200),
        (&without, Method::POST, "/perhaps", 403),
        (&me, Method::POST, "/perhaps", 200),
        (&Browser::default(), Method::POST, "/perhaps", 200),
        (&Browser::default(), Method::POST, "/write", 401),
    ] {
        let request = browser.request(method, path).body(Body::empty()).unwrap();
        let response = own_routes(&app).oneshot(request).await.unwrap();
        assert_eq!(response.status(), expected, "{path}");
    }
}

#[tokio::test]
async fn a_bearer_token_needs_no_proof_and_is_judged_alone() {
    let app = app_with(Kind::Sqlite, Profile::Both, |_| {}).await;
    let token = app.register("ben@example.com").await.access_token();
    let mut me = Browser::default();
    me.post(&app, "/session/auth/register", credentials(ANA, PASSWORD))
        .await;
    for (bearer, expected) in [(token.as_str(), 200), ("garbage", 401)] {
        let request = Request::patch("/auth/profile")
            .header(AUTHORIZATION, format!("Bearer {bearer}"))
            .header(COOKIE, format!("{SESSION}={}", me.secret()))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from("{}"));
        let answer = app.send(request.unwrap()).await;
        assert_eq!(answer.status, expected, "{}", answer.text);
        if expected == 200 {
            assert_eq!(
                answer.json()["email"],
                "ben@example.com",
                "not the one of the cookie"
            );
        }
    }
}

#[tokio::test]
async fn the_password_of_a_proxy_before_the_application_does_not_hide_the_cookie() {
    let app = app().await;
    let me = ana(&app).await;
    for (method, path, expected) in [
        (Method::GET, "/auth/me", 200),
        (Method::POST, "/auth/logout", 204),
    ] {
        let request = me.request(method, path).header(AUTHORIZATION, "Basic YTpi");
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, expected, "{}", answer.text);
    }
}
