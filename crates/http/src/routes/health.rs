use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use crate::state::Http;

/// `GET /health/live`: 200 as long as the process answers at all.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /health/ready`: 200 if requests can be served; 503 names the part that fails.
pub(crate) async fn ready(State(http): State<Http>) -> Response<Body> {
    let health = http.auth.health().await;
    let checks: Map<String, Value> = health
        .parts
        .iter()
        .map(|part| {
            let mut state = part.latency.map_or_else(
                || json!({ "status": "unhealthy" }),
                |latency| json!({ "status": "healthy", "latencyMs": latency.as_secs_f64() * 1000.0 }),
            );
            if let Some(warning) = part.warning {
                state["warning"] = warning.into();
            }
            (part.name.to_owned(), state)
        })
        .collect();
    let (status, word) = match (health.is_ready(), http.is_draining()) {
        (true, false) => (StatusCode::OK, "ready"),
        (true, true) => (StatusCode::SERVICE_UNAVAILABLE, "draining"),
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "unready"),
    };
    (status, Json(json!({ "status": word, "checks": checks }))).into_response()
}
