//! The hosted page that logs people in for applications.

use std::fmt::Write as _;

use axum::http::Request;
use horizon_auth_core::error::Code;
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Answer, TestApp};

use super::{APP, server};
use crate::support::{ANA, PASSWORD, assert_problem, bare, refresh};

const BACK: &str = "https://app.example.com/orders?page=2#last";

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").unwrap();
        encoded
    })
}

fn form(password: &str, return_to: &str) -> String {
    format!(
        "email={}&password={}&return_to={}",
        encoded(ANA),
        encoded(password),
        encoded(return_to)
    )
}

async fn open(app: &TestApp, return_to: &str) -> Answer {
    let answer = app
        .open(&format!("/login?return_to={}", encoded(return_to)))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

#[tokio::test]
async fn somebody_logs_in_and_is_sent_back_with_a_cookie_and_nothing_in_the_address() {
    let app = server(Profile::Token).await;
    app.register(ANA).await;
    let answer = app.form("/login", &form(PASSWORD, BACK)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(answer.header("location"), BACK);
    assert_eq!(answer.text, "");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 1);
    let line = answer.header("set-cookie");
    for part in [
        "__Secure-refresh_token=hzr_",
        "; Path=/auth/refresh",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Secure",
        "; Domain=example.com",
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
    assert_eq!(refresh(&app, &answer.cookie()).await.status, 200);
}

#[tokio::test]
async fn with_sessions_the_page_sets_their_cookies() {
    let app = server(Profile::Session).await;
    app.register(ANA).await;
    let answer = app.form("/login", &form(PASSWORD, BACK)).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, BACK));
    let lines: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap().to_owned())
        .collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("__Secure-session=") && lines[0].contains("; HttpOnly"),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("__Secure-csrf=") && !lines[1].contains("HttpOnly"),
        "{lines:?}"
    );
    let pair = lines[0].split(';').next().unwrap();
    let me = bare(&app, Request::get("/auth/me").header("cookie", pair)).await;
    assert_eq!(me.json()["email"], ANA);
}

#[tokio::test]
async fn the_page_keeps_the_address_and_lets_its_form_lead_there_and_nowhere_else() {
    let app = server(Profile::Token).await;
    let page = open(&app, BACK).await;
    assert!(
        page.text
            .contains(&format!("name=\"return_to\" value=\"{BACK}\"")),
        "{}",
        page.text
    );
    let policy = page.header("content-security-policy");
    assert!(policy.contains(&format!("form-action 'self' {APP};")), "{policy}");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!page.text.contains("<script"), "no script");
    assert!(!page.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn an_address_that_is_not_trusted_is_neither_kept_nor_followed() {
    let app = server(Profile::Token).await;
    app.register(ANA).await;
    for bad in [
        "",
        "/",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "https://app.example.com.evil.example/",
        "https://app.example.com@evil.example/",
        "https://app.example.com\\@evil.example/",
        "http://app.example.com/",
        "https://app.example.com:8443/",
        "https://blog.example.com:8443/",
        "HTTPS://app.example.com/",
        "https://app.example.com/\"><script>",
        "https://app.example.com/\r\nx: y",
        "javascript:alert(1)",
        "http://app.dev.localhost/",
    ] {
        let page = open(&app, bad).await;
        assert!(!page.text.contains("return_to"), "{bad}: {}", page.text);
        assert!(
            page.header("content-security-policy")
                .contains("form-action 'self';")
        );
        let answer = app.form("/login", &form(PASSWORD, bad)).await;
        assert_eq!(answer.status, 200, "{bad}");
        assert!(!answer.headers.contains_key("location"), "{bad}");
        assert!(answer.text.contains("You are logged in"), "{bad}");
        assert!(answer.headers.contains_key("set-cookie"));
    }
    let twice = format!("/login?return_to={}&return_to={}", encoded(BACK), encoded(BACK));
    assert!(!app.open(&twice).await.text.contains("return_to"));
}

#[tokio::test]
async fn forms_of_other_pages_log_nobody_in_not_even_those_of_applications() {
    let app = server(Profile::Token).await;
    app.register(ANA).await;
    for (site, origin) in [
        (Some("same-site"), Some(APP)),
        (Some("cross-site"), Some("https://evil.example")),
        (Some("same-site"), None),
        (None, Some(APP)),
        (None, Some("null")),
    ] {
        let mut request = Request::post("/login").header("content-type", "application/x-www-form-urlencoded");
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let answer = app.send(request.body(form(PASSWORD, BACK).into()).unwrap()).await;
        assert_eq!(answer.status, 403, "{site:?} {origin:?}");
        assert!(!answer.headers.contains_key("set-cookie"));
        assert!(!answer.headers.contains_key("location"));
    }
}

#[tokio::test]
async fn a_method_that_the_page_lacks_is_405() {
    let app = server(Profile::Token).await;
    let answer = bare(&app, Request::delete("/login")).await;
    assert_eq!(answer.status, Code::MethodNotAllowed.status());
    assert_problem(
        &bare(&app, Request::get("/login/")).await,
        Code::NotFound,
        "/login/",
    );
}
