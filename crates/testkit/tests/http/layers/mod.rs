//! Layers of an application around its own routes.

mod csrf;
mod protect;
mod roles;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_testkit::{Answer, TestApp, TestAuth};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::support::ANA;

/// An engine with somebody who has these roles, and an access token that says so.
async fn somebody_with(roles: &[&str]) -> (TestApp, String) {
    let app = TestApp::new(TestAuth::new().await);
    let logged_in = app.engine.signed_in(ANA).await;
    let roles: Vec<Role> = roles.iter().map(|name| Role::parse(name).unwrap()).collect();
    let tenant = TenantId::parse("default").unwrap();
    let client = app.engine.client();
    for role in &roles {
        app.engine.auth.create_role(&tenant, role, &client).await.unwrap();
    }
    let set = app
        .engine
        .auth
        .set_roles(&tenant, logged_in.user.id, &roles, &client);
    set.await.unwrap();
    let again = app.engine.login(ANA).await.unwrap();
    (app, again.access_token)
}

/// Asks an application's router.
async fn ask(router: &Router, method: Method, path: &str, token: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

async fn get(router: &Router, path: &str, token: Option<&str>) -> Answer {
    ask(router, Method::GET, path, token).await
}
