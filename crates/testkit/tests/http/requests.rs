//! What the front end counts about requests: bounded whatever clients send.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use horizon_auth_http::RequestTimes;
use horizon_auth_testkit::TestApp;
use serde_json::json;
use tower::ServiceExt as _;

use crate::bodies::stalled;
use crate::support::{ANA, PASSWORD, app, bare, credentials};

/// What was counted: method, route, status, how often.
fn counted(app: &TestApp) -> Vec<(&'static str, String, u16, u64)> {
    let row = |row: RequestTimes| (row.method, row.route, row.status, row.times.count());
    app.http.request_times().into_iter().map(row).collect()
}

#[tokio::test]
async fn a_request_is_counted_once_under_its_route_and_status() {
    let app = app().await;
    app.register(ANA).await;
    for password in [PASSWORD, "something else", PASSWORD] {
        app.post("/auth/login", credentials(ANA, password)).await;
    }
    app.post("/auth/login", json!({})).await;
    bare(
        &app,
        Request::builder()
            .uri("/auth/sessions/0190a0b0-0000-7000-8000-000000000000")
            .method("DELETE"),
    )
    .await;
    bare(&app, Request::builder().uri("/verify-email?token=canary")).await;

    let login = |status, count| ("POST", "/auth/login".to_owned(), status, count);
    let expected = [
        login(200, 2),
        login(400, 1),
        login(401, 1),
        ("POST", "/auth/register".to_owned(), 201, 1),
        ("DELETE", "/auth/sessions/{id}".to_owned(), 401, 1),
        ("GET", "/verify-email".to_owned(), 400, 1),
    ];
    assert_eq!(counted(&app), expected);
}

#[tokio::test]
async fn what_clients_make_up_becomes_no_name() {
    let app = app().await;
    for path in ["/ana@example.com", "/auth/login/", "/auth/canary", "//", "/%00"] {
        bare(&app, Request::builder().uri(path)).await;
    }
    for method in ["BREW", "CANARY"] {
        bare(&app, Request::builder().uri("/auth/login").method(method)).await;
    }

    let expected = [
        ("OTHER", "/auth/login".to_owned(), 405, 2),
        ("GET", "unmatched".to_owned(), 404, 5),
    ];
    assert_eq!(counted(&app), expected);
}

#[tokio::test]
async fn a_client_that_goes_away_before_the_answer_is_counted_too() {
    let app = app().await;
    let request = Request::post("/auth/login").header("content-type", "application/json");
    let request = request.body(stalled()).unwrap();

    let gone = tokio::time::timeout(std::time::Duration::ZERO, app.send(request)).await;

    assert!(gone.is_err());
    assert_eq!(counted(&app), [("POST", "/auth/login".to_owned(), 499, 1)]);
}

#[tokio::test]
async fn a_route_keeps_its_name_below_a_path_of_the_application() {
    let app = app().await;
    let nested: Router = Router::new().nest("/api/v1", horizon_auth_http::router(app.http.clone()));

    for path in ["/api/v1/health/live", "/api/v1/auth/nowhere"] {
        let request = Request::builder()
            .method(Method::GET)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        nested.clone().oneshot(request).await.unwrap();
    }

    let expected = [
        ("GET", "/health/live".to_owned(), 200, 1),
        ("GET", "unmatched".to_owned(), 404, 1),
    ];
    assert_eq!(counted(&app), expected);
}
