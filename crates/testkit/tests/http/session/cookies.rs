//! Name, attributes and life of the two cookies.

use std::time::Duration;

use axum::http::Method;
use axum::http::header::SET_COOKIE;
use horizon_auth_http::config::{CookieConfig, HttpConfig, Profile, SameSite, SessionCookieConfig};
use horizon_auth_testkit::{Answer, Kind, TestApp, TestAuth};

use super::{ANA, Browser, PASSWORD, app, credentials};
use crate::support::ORIGIN;

/// The `Set-Cookie` lines with the secrets blanked.
fn lines(answer: &Answer) -> Vec<String> {
    let blank = |line: &str| {
        let (name, rest) = line.split_once('=').unwrap();
        let (value, attributes) = rest.split_once(';').unwrap();
        let value = if value.is_empty() { "" } else { "…" };
        format!("{name}={value};{attributes}")
    };
    let lines = answer.headers.get_all(SET_COOKIE).iter();
    lines.map(|line| blank(line.to_str().unwrap())).collect()
}

async fn login_lines(origin: &str, domain: Option<&str>) -> Vec<String> {
    let mut config = HttpConfig {
        profile: Profile::Session,
        ..HttpConfig::new(origin.into())
    };
    config.cookie = CookieConfig {
        domain: domain.map(str::to_owned),
        ..config.cookie
    };
    let app = TestApp::with_config(TestAuth::new().await, config);
    app.register(ANA).await;
    lines(&app.post("/auth/login", credentials(ANA, PASSWORD)).await)
}

#[tokio::test]
async fn a_login_sets_both_cookies_with_every_attribute_for_the_life_of_the_session() {
    const MONTH: &str = "Max-Age=2592000";
    assert_eq!(
        login_lines(ORIGIN, None).await,
        [
            format!("__Host-session=…; Path=/; HttpOnly; SameSite=Strict; Secure; {MONTH}"),
            format!("__Host-csrf=…; Path=/; SameSite=Strict; Secure; {MONTH}"),
        ]
    );
    assert_eq!(
        login_lines("http://localhost:3000", None).await,
        [
            format!("session=…; Path=/; HttpOnly; SameSite=Strict; {MONTH}"),
            format!("csrf=…; Path=/; SameSite=Strict; {MONTH}"),
        ]
    );
    assert_eq!(
        login_lines(ORIGIN, Some("example.com")).await,
        [
            format!(
                "__Secure-session=…; Path=/; HttpOnly; SameSite=Strict; Secure; Domain=example.com; {MONTH}"
            ),
            format!("__Secure-csrf=…; Path=/; SameSite=Strict; Secure; Domain=example.com; {MONTH}"),
        ]
    );
}

#[tokio::test]
async fn names_and_same_site_are_those_of_the_settings() {
    let config = HttpConfig {
        profile: Profile::Session,
        session: SessionCookieConfig {
            name: "sid".into(),
            csrf_name: "xsrf".into(),
            same_site: SameSite::Lax,
        },
        ..HttpConfig::new(ORIGIN.into())
    };
    let app = TestApp::with_config(TestAuth::new().await, config);
    let answer = app.register(ANA).await;
    assert_eq!(
        lines(&answer),
        [
            "__Host-sid=…; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000",
            "__Host-xsrf=…; Path=/; SameSite=Lax; Secure; Max-Age=2592000",
        ]
    );
    let me = app.cookie(Method::GET, "/auth/me", &answer.cookie()).await;
    assert_eq!(me.status, 200, "the cookie of that name is the one that is read");
    let usual = answer.cookie().replace("__Host-sid", "__Host-session");
    assert_eq!(app.cookie(Method::GET, "/auth/me", &usual).await.status, 401);
}

#[tokio::test]
async fn the_life_of_the_cookie_is_that_of_the_session() {
    let app = super::app_with(Kind::Sqlite, Profile::Session, |policy| {
        policy.session_idle_ttl = Duration::from_secs(600);
        policy.session_absolute_ttl = Duration::from_secs(3600);
    })
    .await;
    let answer = app.register(ANA).await;
    assert!(
        lines(&answer).iter().all(|line| line.ends_with("; Max-Age=3600")),
        "{:?}",
        lines(&answer)
    );
}

#[tokio::test]
async fn a_logout_removes_both_cookies_with_the_same_attributes() {
    let app = app().await;
    let mut ana = Browser::registered(&app, ANA).await;
    let answer = ana.post(&app, "/auth/logout", serde_json::json!({})).await;
    assert_eq!(answer.status, 204);
    assert_eq!(
        lines(&answer),
        [
            "__Host-session=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0",
            "__Host-csrf=; Path=/; SameSite=Strict; Secure; Max-Age=0",
        ]
    );
}

#[tokio::test]
async fn the_secret_is_256_bits_with_a_prefix_and_stands_nowhere_but_in_its_cookie() {
    let app = app().await;
    let mut ana = Browser::default();
    let answer = ana.post(&app, "/auth/register", credentials(ANA, PASSWORD)).await;
    let secret = ana.secret().to_owned();
    assert!(secret.starts_with("hzs_"));
    assert_eq!(secret.len(), 4 + 43, "32 bytes in base64url");
    assert!(!answer.text.contains("hzs_"));
    let stored = app
        .engine
        .database
        .number("SELECT COUNT(*) FROM sessions WHERE length(cookie_digest) = 32 AND ip_hash IS NULL")
        .await;
    assert_eq!(stored, 1, "the digest alone, and no address without a pepper");
}
