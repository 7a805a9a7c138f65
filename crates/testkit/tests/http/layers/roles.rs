use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::routing::get;
use horizon_auth_http::Gate;
use horizon_auth_http::extract::CurrentUser;
use horizon_auth_http::layers::{RequireRole, protect};
use horizon_auth_testkit::TestApp;

use super::{get as open, somebody_with};

fn behind(layer: RequireRole) -> Router {
    Router::new()
        .route("/reports", get(async || "reports"))
        .route_layer(layer)
}

fn gate(app: &TestApp) -> Gate {
    Gate::from(app.http.clone())
}

#[tokio::test]
async fn a_role_opens_what_asks_for_it_and_nothing_else() {
    let (app, token) = somebody_with(&["editor"]).await;

    let open_to_editors = behind(gate(&app).require_role("editor"));
    assert_eq!(
        open(&open_to_editors, "/reports", Some(&token)).await.text,
        "reports"
    );

    let refused = open(
        &behind(gate(&app).require_role("admin")),
        "/reports",
        Some(&token),
    )
    .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        (refused.code(), &refused.json()["message"]),
        ("forbidden".into(), &"You may not do this".into())
    );
}

#[tokio::test]
async fn somebody_unknown_is_asked_who_they_are_before_what_they_may() {
    let (app, _) = somebody_with(&[]).await;
    let router = behind(gate(&app).require_role("admin"));

    assert_eq!(open(&router, "/reports", None).await.code(), "token_missing");
    assert_eq!(
        open(&router, "/reports", Some("nonsense")).await.code(),
        "token_invalid"
    );
    assert_eq!(
        open(&router, "/nothing", None).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn one_of_several_roles_is_enough_and_an_empty_list_lets_nobody_through() {
    let (app, token) = somebody_with(&["editor"]).await;
    let answer = async |names: &[&str]| {
        let router = behind(gate(&app).require_any_role(names.iter().copied()));
        open(&router, "/reports", Some(&token)).await.status
    };

    assert_eq!(answer(&["admin", "editor"]).await, StatusCode::OK);
    assert_eq!(answer(&["admin", "owner"]).await, StatusCode::FORBIDDEN);
    assert_eq!(answer(&[]).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_name_that_no_role_can_have_lets_nobody_through() {
    let (app, token) = somebody_with(&["admin"]).await;
    for name in ["Admin", "", "admin ", "*"] {
        let refused = open(&behind(gate(&app).require_role(name)), "/reports", Some(&token)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{name:?}");
    }
}

#[tokio::test]
async fn several_layers_must_all_agree() {
    for (roles, expected) in [
        (&["admin", "auditor"][..], StatusCode::OK),
        (&["admin"], StatusCode::FORBIDDEN),
        (&["auditor"], StatusCode::FORBIDDEN),
        (&[], StatusCode::FORBIDDEN),
    ] {
        let (app, token) = somebody_with(roles).await;
        let router = behind(gate(&app).require_role("admin")).route_layer(gate(&app).require_role("auditor"));
        let around = protect(&gate(&app), router).into_router();

        assert_eq!(
            open(&around, "/reports", Some(&token)).await.status,
            expected,
            "{roles:?}"
        );
    }
}

#[tokio::test]
async fn layers_and_extractors_of_one_request_verify_once() {
    let (app, token) = somebody_with(&["admin"]).await;
    // Behind this nobody could verify again.
    let forget = from_fn(async |mut request: Request, next: Next| {
        request.headers_mut().remove("authorization");
        next.run(request).await
    });
    let inner = Router::new()
        .route("/me", get(async |user: CurrentUser| user.email.clone()))
        .route_layer(gate(&app).require_role("admin"))
        .layer(forget);
    let router: Router = protect(&gate(&app), inner).with_state(app.http.clone());

    assert_eq!(open(&router, "/me", Some(&token)).await.text, "ana@example.com");
}

#[tokio::test]
async fn a_role_that_was_taken_away_opens_nothing_any_more() {
    let (app, token) = somebody_with(&["admin"]).await;
    let router = behind(gate(&app).require_role("admin"));
    assert_eq!(
        open(&router, "/reports", Some(&token)).await.status,
        StatusCode::OK
    );

    let user = app.engine.authenticate(&token).await.unwrap();
    let client = app.engine.client();
    app.engine
        .auth
        .set_roles(&user.tenant, user.id, &[], &client)
        .await
        .unwrap();

    assert_eq!(
        open(&router, "/reports", Some(&token)).await.code(),
        "token_revoked"
    );
}
