//! The routes of this application, and who may call them.

use axum::routing::get;
use axum::{Json, Router};
use horizon_auth::{Auth, CurrentUser};
use serde_json::{Value, json};

#[cfg(test)]
mod tests;

/// All routes: those for whoever is logged in, those for everybody, and those of Horizon Auth.
pub fn routes(auth: &Auth) -> Router {
    let closed = Router::new().route("/profile", get(profile));
    let open = Router::new().route("/", get(hello));
    auth.protect(closed)
        .public(open)
        .public(auth.router())
        .with_state(auth.clone())
}

async fn hello() -> Json<Value> {
    Json(json!({ "message": "Hello World" }))
}

async fn profile(user: CurrentUser) -> Json<Value> {
    Json(json!({
        "id": user.id,
        "email": user.email,
        "tenantId": user.tenant,
        "roles": user.roles,
    }))
}
