//! Where a request with a shared cookie may come from.

use axum::body::Body;
use axum::http::{Method, Request};
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Answer, TestApp};

use super::{APP, server};
use crate::support::{ANA, ORIGIN, PASSWORD, bare, credentials, login, refresh, with_cookie};

const WELCOME: [(Option<&str>, Option<&str>); 6] = [
    (None, None),
    (None, Some(APP)),
    (Some("same-site"), Some(APP)),
    (Some("same-site"), Some("https://blog.example.com:8443")),
    (Some("same-origin"), Some(ORIGIN)),
    (Some("none"), None),
];

const FOREIGN: [(Option<&str>, Option<&str>); 10] = [
    (None, Some("https://evil.example")),
    (None, Some("null")),
    (None, Some("http://app.example.com")),
    (None, Some("https://app.example.com:8443")),
    (None, Some("https://APP.example.com")),
    (None, Some("https://app.example.com/")),
    (None, Some("https://app.example.com.evil.example")),
    (Some("same-site"), None),
    (Some("same-site"), Some("https://shop.example.com")),
    (Some("cross-site"), Some("https://evil.example")),
];

async fn send(app: &TestApp, cookie: &str, site: Option<&str>, origin: Option<&str>) -> Answer {
    let mut request = with_cookie(Method::POST, "/auth/refresh", cookie);
    if let Some(site) = site {
        request = request.header("sec-fetch-site", site);
    }
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    bare(app, request).await
}

#[tokio::test]
async fn applications_refresh_as_our_own_pages_do_and_strangers_do_not() {
    let app = server(Profile::Token).await;
    app.register(ANA).await;
    let mut cookie = login(&app, ANA).await.cookie();
    for (site, origin) in FOREIGN {
        let answer = send(&app, &cookie, site, origin).await;
        assert_eq!(answer.json()["code"], "cross_site", "{site:?} {origin:?}");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    for (site, origin) in WELCOME {
        let answer = send(&app, &cookie, site, origin).await;
        assert_eq!(answer.status, 200, "{site:?} {origin:?}");
        cookie = answer.cookie();
    }
    assert_eq!(refresh(&app, &cookie).await.status, 200);
}

/// The cookies of a session and the token against cross-site requests.
async fn session(app: &TestApp) -> (String, String) {
    let opened = app.post("/auth/register", credentials(ANA, PASSWORD)).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    let pairs: Vec<String> = opened
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap().split(';').next().unwrap().to_owned())
        .collect();
    let csrf = pairs.iter().find_map(|pair| pair.strip_prefix("__Secure-csrf="));
    (pairs.join("; "), csrf.unwrap().to_owned())
}

#[tokio::test]
async fn an_application_sends_unsafe_requests_with_the_session_cookie_and_its_token_and_strangers_do_not() {
    let app = server(Profile::Session).await;
    let (cookies, token) = session(&app).await;
    let revoke = |origin: &'static str, token: Option<String>| {
        let mut request = Request::post("/sessions/revoke-others")
            .header("cookie", &cookies)
            .header("origin", origin)
            .header("sec-fetch-site", "same-site");
        if let Some(token) = token {
            request = request.header("x-csrf-token", token);
        }
        app.send(request.body(Body::empty()).unwrap())
    };
    for foreign in ["null", "http://app.example.com", "https://shop.example.com"] {
        let answer = revoke(foreign, Some(token.clone())).await;
        assert_eq!(answer.json()["code"], "cross_site", "{foreign}");
    }
    assert_eq!(revoke(APP, None).await.json()["code"], "csrf_invalid");
    let answer = revoke(APP, Some(token.clone())).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    assert_eq!(answer.header("access-control-allow-origin"), APP);
}
