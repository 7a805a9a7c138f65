//! The application as its clients see it. Each test has a database and keys of its own.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use horizon_auth::Auth;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::routes;

struct App {
    router: Router,
    _folder: TempDir,
}

impl App {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("test.db").display());
        let auth = Auth::builder()
            .database(&database)
            .set("hashing.preset", "lean")
            .start()
            .await
            .unwrap();
        Self {
            router: routes(&auth),
            _folder: folder,
        }
    }

    async fn get(&self, path: &str, token: Option<&str>) -> (StatusCode, Value) {
        let mut request = Request::get(path);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(path).header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}

#[tokio::test]
async fn everybody_is_greeted() {
    let app = App::new().await;
    let (status, body) = app.get("/", None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body, json!({ "message": "Hello World" }));
}

#[tokio::test]
async fn the_profile_is_for_whoever_is_logged_in() {
    let app = App::new().await;
    assert_eq!(app.get("/profile", None).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(
        app.get("/profile", Some("forged")).await.0,
        StatusCode::UNAUTHORIZED
    );

    let ana = json!({ "email": "ana@example.com", "password": "correct horse battery staple" });
    assert_eq!(
        app.post("/auth/register", &ana).await.0,
        StatusCode::CREATED
    );
    let (status, answer) = app.post("/auth/login", &ana).await;
    assert_eq!(status, StatusCode::OK, "{answer}");

    let (status, profile) = app.get("/profile", answer["accessToken"].as_str()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(profile["email"], "ana@example.com");
}
