//! Where a request with the refresh cookie may come from.

use axum::http::Method;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, TestApp};

use crate::support::{ANA, ORIGIN, assert_problem, bare, login, profile, refresh, secure_app, with_cookie};

const PATH: &str = "/auth/refresh";

const WELCOME: [(Option<&str>, Option<&str>); 6] = [
    (None, None),
    (None, Some(ORIGIN)),
    (Some("none"), None),
    (Some("same-origin"), None),
    (Some("same-origin"), Some(ORIGIN)),
    // A reverse proxy on another host can make the browser call its own origin cross-site; Origin decides.
    (Some("same-site"), Some(ORIGIN)),
];

const FOREIGN: [(Option<&str>, Option<&str>); 12] = [
    (None, Some("https://evil.example")),
    (None, Some("null")),
    (None, Some("")),
    (None, Some("http://auth.example.com")),
    (None, Some("https://auth.example.com:8443")),
    (None, Some("https://auth.example.com.evil.example")),
    (None, Some("https://AUTH.example.com/")),
    (Some("cross-site"), None),
    (Some("cross-site"), Some("https://evil.example")),
    (Some("same-site"), None),
    (Some("same-site"), Some("https://shop.example.com")),
    (Some("nonsense"), None),
];

async fn send(
    app: &TestApp,
    method: Method,
    cookie: &str,
    site: Option<&str>,
    origin: Option<&str>,
) -> Answer {
    let mut request = with_cookie(method, PATH, cookie);
    if let Some(site) = site {
        request = request.header("sec-fetch-site", site);
    }
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    bare(app, request).await
}

#[tokio::test]
async fn our_own_pages_may_refresh_and_end_the_session() {
    let app = secure_app().await;
    app.register(ANA).await;
    for (site, origin) in WELCOME {
        let cookie = login(&app, ANA).await.cookie();
        let refreshed = send(&app, Method::POST, &cookie, site, origin).await;
        assert_eq!(refreshed.status, 200, "POST {site:?} {origin:?}");
        let ended = send(&app, Method::DELETE, &refreshed.cookie(), site, origin).await;
        assert_eq!(ended.status, 204, "DELETE {site:?} {origin:?}");
    }
}

#[tokio::test]
async fn other_sites_are_refused_and_change_nothing() {
    let app = secure_app().await;
    let ana = app.register(ANA).await;
    for (site, origin) in FOREIGN {
        for method in [Method::POST, Method::DELETE] {
            let answer = send(&app, method.clone(), &ana.cookie(), site, origin).await;
            assert_problem(&answer, Code::CrossSite, PATH);
            assert!(
                !answer.headers.contains_key("set-cookie"),
                "{method} {site:?} {origin:?}"
            );
        }
    }
    assert_eq!(profile(&app, &ana.access_token()).await.status, 200);
    assert_eq!(refresh(&app, &ana.cookie()).await.status, 200);
}

#[tokio::test]
async fn two_origins_are_not_ours() {
    let app = secure_app().await;
    let ana = app.register(ANA).await;
    let request = with_cookie(Method::POST, PATH, &ana.cookie())
        .header("origin", ORIGIN)
        .header("origin", "https://evil.example");
    assert_problem(&bare(&app, request).await, Code::CrossSite, PATH);
    let request = with_cookie(Method::POST, PATH, &ana.cookie())
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-site", "cross-site");
    assert_problem(&bare(&app, request).await, Code::CrossSite, PATH);
}
