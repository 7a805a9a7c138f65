//! The application as its pages see it. Each test has a database and keys of its own.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
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

struct Answer {
    status: StatusCode,
    /// The cookies that it sets, as a browser sends them back.
    cookies: String,
    body: Value,
}

impl App {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("test.db").display());
        let auth = Auth::builder()
            .database(&database)
            .set("http.profile", "session")
            .set("hashing.preset", "lean")
            .start()
            .await
            .unwrap();
        Self {
            router: routes(&auth),
            _folder: folder,
        }
    }

    async fn get(&self, path: &str, cookies: &str) -> Answer {
        let request = Request::get(path).header(COOKIE, cookies);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, cookies: &str, csrf: &str, body: &Value) -> Answer {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/json")
            .header(COOKIE, cookies)
            .header("x-csrf-token", csrf);
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let set = answer.headers().get_all(SET_COOKIE).iter();
        let cookies: Vec<_> = set
            .filter_map(|line| line.to_str().ok()?.split(';').next())
            .collect();
        Answer {
            status: answer.status(),
            cookies: cookies.join("; "),
            body: {
                let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
                serde_json::from_slice(&bytes).unwrap_or_default()
            },
        }
    }
}

#[tokio::test]
async fn everybody_is_greeted() {
    let app = App::new().await;
    let answer = app.get("/", "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, json!({ "message": "Hello World" }));
}

#[tokio::test]
async fn the_profile_is_for_whoever_is_logged_in() {
    let app = App::new().await;
    assert_eq!(
        app.get("/profile", "").await.status,
        StatusCode::UNAUTHORIZED
    );

    let ana = json!({ "email": "ana@example.com", "password": "correct horse battery staple" });
    let registered = app.post("/auth/register", "", "", &ana).await;
    assert_eq!(registered.status, StatusCode::CREATED);
    let login = app.post("/auth/login", "", "", &ana).await;
    assert_eq!(login.status, StatusCode::OK, "{}", login.body);

    let profile = app.get("/profile", &login.cookies).await;
    assert_eq!(profile.status, StatusCode::OK);
    assert_eq!(profile.body["email"], "ana@example.com");
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing() {
    let app = App::new().await;
    let ana = json!({ "email": "ana@example.com", "password": "correct horse battery staple" });
    let cookies = app.post("/auth/register", "", "", &ana).await.cookies;

    let refused = app.post("/auth/logout", &cookies, "", &json!({})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let csrf = app.get("/auth/csrf", &cookies).await.body["csrfToken"].clone();
    let left = app
        .post("/auth/logout", &cookies, csrf.as_str().unwrap(), &json!({}))
        .await;
    assert_eq!(left.status, StatusCode::NO_CONTENT);
    assert_eq!(
        app.get("/profile", &cookies).await.status,
        StatusCode::UNAUTHORIZED
    );
}
