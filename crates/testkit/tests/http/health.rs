//! `GET /health/live` and `GET /health/ready`.

use axum::http::Request;
use horizon_auth::config::Config;
use horizon_auth::{Engine, Http};
use horizon_auth_testkit::{Answer, Kind, TestApp, TestAuth, both_engines};
use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::support::{app, assert_common_headers, bare, keys, names};

async fn live(app: &TestApp) -> Answer {
    bare(app, Request::get("/health/live")).await
}

async fn ready(app: &TestApp) -> Answer {
    bare(app, Request::get("/health/ready")).await
}

fn part(answer: &Answer, name: &str) -> Value {
    answer.json()["checks"][name].clone()
}

both_engines! {
    a_node_that_can_serve_is_live_and_ready => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let alive = live(&app).await;
        assert_eq!((alive.status.as_u16(), alive.json()), (200, json!({ "status": "ok" })));
        assert_common_headers(&alive);

        let answer = ready(&app).await;
        assert_eq!(answer.status, 200);
        assert_eq!(keys(&answer.json()), names(["status", "checks"]));
        assert_eq!(answer.json()["status"], "ready");
        assert_eq!(keys(&answer.json()["checks"]), names(["database", "revocations"]));
        for name in ["database", "revocations"] {
            assert_eq!(keys(&part(&answer, name)), names(["status", "latencyMs"]));
            assert_eq!(part(&answer, name)["status"], "healthy");
            assert!(part(&answer, name)["latencyMs"].as_f64().unwrap() >= 0.0);
        }
        assert_common_headers(&answer);
    };

    a_draining_node_is_live_but_not_ready_and_still_serves => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        app.http.drain();
        let answer = ready(&app).await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.json()["status"], "draining");
        assert_eq!(part(&answer, "database")["status"], "healthy");
        assert_eq!(live(&app).await.status, 200);
        assert_eq!(app.register("ana@example.com").await.status, 201);
    };
}

#[tokio::test]
async fn a_database_that_is_held_by_somebody_else_makes_the_node_unready_until_it_is_free() {
    let app = app().await;
    let mut other = sqlx::SqliteConnection::connect(&app.engine.database.url)
        .await
        .unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let answer = ready(&app).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["status"], "unready");
    assert_eq!(part(&answer, "database"), json!({ "status": "unhealthy" }));
    assert_eq!(part(&answer, "revocations")["status"], "healthy");
    assert_eq!(live(&app).await.status, 200);

    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(ready(&app).await.status, 200);
}

#[tokio::test]
async fn a_server_that_does_not_answer_makes_the_node_unready_within_seconds() {
    // A port that was free a moment ago: nobody listens.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let toml = format!("[database]\nurl = \"postgres://nobody@127.0.0.1:{port}/none\"\n");
    let key = horizon_auth::SigningKey::generate(horizon_auth::Algorithm::Es256).unwrap();
    let toml = format!("{toml}[jwt]\nprivate_key = '''\n{}'''\n", *key.private_pem);
    let config = Config::from_toml(&toml).unwrap();
    let engine = Engine::open(&config).unwrap();
    let router = horizon_auth::router(Http::new(engine.auth().clone(), config.http.clone()));
    let request = Request::get("/health/ready")
        .body(axum::body::Body::empty())
        .unwrap();
    let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
    assert_eq!(response.status(), 503);
    let body = http_body_util::BodyExt::collect(response.into_body())
        .await
        .unwrap()
        .to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["checks"]["database"], json!({ "status": "unhealthy" }));
    assert_eq!(body["checks"]["revocations"], json!({ "status": "unhealthy" }));
}

#[tokio::test]
async fn a_node_that_has_not_read_the_revocations_is_not_ready() {
    let mut engine = TestAuth::new().await;
    engine.auth = engine.unprepared();
    let app = TestApp::new(engine);
    let answer = ready(&app).await;
    assert_eq!(answer.status, 503);
    assert_eq!(part(&answer, "revocations"), json!({ "status": "unhealthy" }));
    assert_eq!(part(&answer, "database")["status"], "healthy");
}
