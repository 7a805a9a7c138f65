use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use horizon_auth_http::Gate;
use horizon_auth_http::config::{HttpConfig, Profile};
use horizon_auth_testkit::{TestApp, TestAuth};
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::ANA;

const ORIGIN: &str = "http://localhost:3000";

/// An application's route that asks nobody who calls, behind the layer.
async fn guest_book() -> (TestApp, Router) {
    let config = HttpConfig {
        profile: Profile::Session,
        ..HttpConfig::new(ORIGIN.into())
    };
    let app = TestApp::with_config(TestAuth::new().await, config);
    let gate = Gate::from(app.http.clone());
    let router = Router::new()
        .route("/guest-book", post(async || "thank you").get(async || "read"))
        .route_layer(gate.csrf());
    (app, router)
}

async fn status(router: &Router, request: Builder) -> StatusCode {
    let request = request.body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap().status()
}

fn sign() -> Builder {
    Request::post("/guest-book")
}

#[tokio::test]
async fn pages_of_other_sites_cannot_write_with_or_without_a_cookie() {
    let (_app, router) = guest_book().await;

    assert_eq!(status(&router, sign().header("origin", ORIGIN)).await, 200);
    assert_eq!(
        status(&router, sign()).await,
        200,
        "no browser, no ambient cookie"
    );
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(
            status(&router, sign().header(name, value)).await,
            403,
            "{name}: {value}"
        );
        let read = Request::get("/guest-book").header(name, value);
        assert_eq!(status(&router, read).await, 200, "reading changes nothing");
    }
}

#[tokio::test]
async fn a_session_cookie_needs_its_token_and_a_bearer_token_needs_none() {
    let (app, router) = guest_book().await;
    let body = json!({ "email": ANA, "password": "correct horse battery staple" });
    let registered = app.post("/auth/register", body).await;
    let cookies: Vec<&str> = registered
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap().split(';').next().unwrap())
        .collect();
    let token = cookies
        .iter()
        .find_map(|pair| pair.strip_prefix("csrf="))
        .unwrap();
    let with_cookies = || sign().header("cookie", cookies.join("; "));

    assert_eq!(status(&router, with_cookies()).await, 403);
    assert_eq!(
        status(&router, with_cookies().header("x-csrf-token", "forged")).await,
        403
    );
    assert_eq!(
        status(&router, with_cookies().header("x-csrf-token", token)).await,
        200
    );
    let bearer = with_cookies().header("authorization", "Bearer anything");
    assert_eq!(status(&router, bearer).await, 200, "whoever reads it, judges it");
}
