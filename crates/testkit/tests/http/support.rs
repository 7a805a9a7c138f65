//! What every file of these tests needs: apps, requests and the shape of answers.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE};
use axum::http::request::Builder;
use axum::http::{Method, Request};
use horizon_auth_core::error::Code;
use horizon_auth_http::config::HttpConfig;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, TestAuth};
use serde_json::{Value, json};

pub(crate) const ANA: &str = "ana@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// A password that replaces [`PASSWORD`].
pub(crate) const OTHER_PASSWORD: &str = "a wholly different password";
/// A token of the right form that nobody was ever sent.
pub(crate) const UNKNOWN_TOKEN: &str =
    "0c9f6e0a-5d1b-4c7e-9a3f-2b8d4e6f1a70.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// The instant of the fixed clock, as clients see it.
pub(crate) const NOW: &str = "2027-01-15T08:00:00.000Z";
/// The origin of [`secure_app`].
pub(crate) const ORIGIN: &str = "https://auth.example.com";

/// The usual app: SQLite, plain HTTP, no limits.
pub(crate) async fn app() -> TestApp {
    TestApp::new(TestAuth::new().await)
}

/// The app behind https.
pub(crate) async fn secure_app() -> TestApp {
    TestApp::with_config(TestAuth::new().await, HttpConfig::new(ORIGIN.into()))
}

/// An app with other rules.
pub(crate) async fn app_with(change: impl FnOnce(&mut horizon_auth_core::domain::policy::Policy)) -> TestApp {
    TestApp::new(Setup::new(Kind::Sqlite).policy(change).start().await)
}

/// The fields of a log-in or registration.
pub(crate) fn credentials(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

/// Logs in with the usual password.
pub(crate) async fn login(app: &TestApp, email: &str) -> Answer {
    app.post("/auth/login", credentials(email, PASSWORD)).await
}

/// The outcome of a log-in with some password.
pub(crate) async fn login_status(app: &TestApp, email: &str, password: &str) -> u16 {
    let answer = app.post("/auth/login", credentials(email, password)).await;
    answer.status.as_u16()
}

/// Refreshes with a cookie.
pub(crate) async fn refresh(app: &TestApp, cookie: &str) -> Answer {
    app.cookie(Method::POST, "/auth/refresh", cookie).await
}

/// Reads the profile with an access token.
pub(crate) async fn profile(app: &TestApp, token: &str) -> Answer {
    app.bearer(Method::GET, "/auth/profile", token).await
}

/// A request with a cookie, to be finished.
pub(crate) fn with_cookie(method: Method, path: &str, cookie: &str) -> Builder {
    Request::builder().method(method).uri(path).header(COOKIE, cookie)
}

/// Sends a request without a body.
pub(crate) async fn bare(app: &TestApp, request: Builder) -> Answer {
    app.send(request.body(Body::empty()).unwrap()).await
}

/// Sends a body as it is, declared as said.
pub(crate) async fn raw(
    app: &TestApp,
    path: &str,
    content_type: Option<&str>,
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::post(path);
    if let Some(content_type) = content_type {
        request = request.header(CONTENT_TYPE, content_type);
    }
    app.send(request.body(body.into()).unwrap()).await
}

/// Sends text as `application/json`.
pub(crate) async fn json_text(app: &TestApp, path: &str, text: impl Into<String>) -> Answer {
    raw(app, path, Some("application/json"), text.into()).await
}

/// The names of an object's fields.
pub(crate) fn keys(value: &Value) -> BTreeSet<String> {
    let object = value
        .as_object()
        .unwrap_or_else(|| panic!("not an object: {value}"));
    object.keys().cloned().collect()
}

/// The same from a list.
pub(crate) fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// A user as clients may see it: these eight fields and not one more.
pub(crate) fn assert_safe_user(user: &Value, email: &str) {
    let eight = [
        "id",
        "email",
        "fullName",
        "emailVerified",
        "tenantId",
        "roles",
        "createdAt",
        "updatedAt",
    ];
    assert_eq!(keys(user), names(eight));
    assert_eq!(user["email"], email);
    assert_eq!(user["emailVerified"], false);
    assert_eq!(user["tenantId"], "default");
    assert_eq!(user["roles"], json!(["user"]));
    assert_eq!(user["createdAt"], NOW);
    assert_eq!(user["updatedAt"], NOW);
    let id: uuid::Uuid = user["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 7);
}

/// A success of register, login or refresh: user and access token in the body, the refresh token nowhere in it.
pub(crate) fn assert_pair(answer: &Answer, status: u16, email: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json");
    let body = answer.json();
    assert_eq!(keys(&body), names(["user", "accessToken"]));
    assert_safe_user(&body["user"], email);
    assert_eq!(answer.access_token().split('.').count(), 3, "a JWT");
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 1);
    let (_, secret) = answer
        .cookie()
        .split_once('=')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert!(secret.starts_with("hzr_"), "the cookie carries a refresh token");
    assert!(!answer.text.contains("hzr_"), "no refresh token in a body");
    assert_common_headers(answer);
}

/// An error of decision D19: exactly seven fields, consistent with status and headers.
pub(crate) fn assert_problem(answer: &Answer, code: Code, path: &str) {
    let (wire, status, title) = code.row();
    let body = answer.json();
    assert_eq!(body["code"], wire, "{}", answer.text);
    assert_eq!(answer.status, status);
    let seven = [
        "statusCode",
        "code",
        "message",
        "error",
        "timestamp",
        "path",
        "requestId",
    ];
    assert_eq!(keys(&body), names(seven));
    assert_eq!(body["statusCode"], status);
    assert_eq!(body["error"], answer.status.canonical_reason().unwrap());
    assert_eq!(body["path"], path);
    assert_eq!(body["requestId"], answer.header("x-request-id"));
    assert!(is_timestamp(body["timestamp"].as_str().unwrap()));
    if code == Code::InvalidInput {
        assert!(!messages(answer).is_empty());
    } else {
        assert_eq!(body["message"], title);
    }
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401);
    let waits = status == 429 || status == 503;
    assert_eq!(answer.headers.contains_key("retry-after"), waits);
    assert_common_headers(answer);
}

/// The broken rules of a 400.
pub(crate) fn messages(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let list = body["message"]
        .as_array()
        .unwrap_or_else(|| panic!("not a list: {body}"));
    list.iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// All headers, with the request's id blanked.
pub(crate) fn headers(answer: &Answer) -> Vec<(String, String)> {
    let named = answer.headers.iter().map(|(name, value)| {
        let value = if name == "x-request-id" {
            "…"
        } else {
            value.to_str().unwrap()
        };
        (name.to_string(), value.to_owned())
    });
    let mut all: Vec<_> = named.collect();
    all.sort();
    all
}

/// Everything that an answer tells, with the request's id and time blanked.
pub(crate) fn told(answer: &Answer) -> (u16, Value, Vec<(String, String)>) {
    let mut body = answer.json();
    for name in ["requestId", "timestamp"] {
        if let Some(value) = body.get_mut(name) {
            *value = Value::Null;
        }
    }
    (answer.status.as_u16(), body, headers(answer))
}

/// A success that says one sentence and logs nobody in.
pub(crate) fn assert_message(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(keys(&answer.json()), names(["message"]));
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_common_headers(answer);
}

/// Headers of every answer, whatever it says.
pub(crate) fn assert_common_headers(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
    );
    assert!(answer.header("x-request-id").parse::<uuid::Uuid>().is_ok());
    assert!(!answer.headers.contains_key("server"));
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

/// `2027-01-15T08:00:00.000Z`: UTC with milliseconds.
fn is_timestamp(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    shape == "0000-00-00T00:00:00.000Z"
}
