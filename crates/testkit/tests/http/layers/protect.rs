use axum::Router;
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use horizon_auth_http::extract::CurrentUser;
use horizon_auth_http::layers::protect;
use horizon_auth_http::{Gate, Http, router};
use horizon_auth_testkit::TestApp;

use super::{ask, get as open, somebody_with};

/// An application that forgot the extractor everywhere.
fn forgetful(app: &TestApp) -> Router {
    let gate = Gate::from(app.http.clone());
    let nested = Router::new().route("/deep", get(async || "deep"));
    let closed = Router::new()
        .route("/notes", get(async || "notes").post(async || "made"))
        .route("/files/{*path}", get(async || "file"))
        .nest("/nested", nested);
    let public = Router::new()
        .route("/", get(async || "welcome"))
        .route("/greeting", get(greeting));
    protect(&gate, closed).public(public).with_state(app.http.clone())
}

async fn greeting(user: Option<CurrentUser>) -> String {
    user.map_or("hello stranger".to_owned(), |user| {
        format!("hello {}", user.email)
    })
}

#[tokio::test]
async fn a_route_without_an_extractor_is_closed_all_the_same() {
    let (app, token) = somebody_with(&[]).await;
    let router = forgetful(&app);
    for path in ["/notes", "/files/a/b", "/nested/deep"] {
        let refused = open(&router, path, None).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(refused.code(), "token_missing");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        assert_eq!(refused.json()["path"], path);
        assert_eq!(
            open(&router, path, Some(&token)).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
    assert_eq!(
        open(&router, "/notes", Some("nonsense")).await.code(),
        "token_invalid"
    );
}

#[tokio::test]
async fn a_stranger_learns_neither_which_paths_there_are_nor_which_methods() {
    let (app, token) = somebody_with(&[]).await;
    let router = forgetful(&app);
    for (method, path, known) in [
        (Method::GET, "/no/such/path", StatusCode::NOT_FOUND),
        (Method::GET, "/nested/nothing", StatusCode::NOT_FOUND),
        (Method::DELETE, "/notes", StatusCode::METHOD_NOT_ALLOWED),
        (Method::OPTIONS, "/notes", StatusCode::METHOD_NOT_ALLOWED),
        (Method::HEAD, "/notes", StatusCode::OK),
    ] {
        let refused = ask(&router, method.clone(), path, None).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        let answered = ask(&router, method.clone(), path, Some(&token)).await;
        assert_eq!(answered.status, known, "{method} {path}");
    }
    assert_eq!(
        open(&router, "/no/such/path", Some(&token)).await.code(),
        "not_found"
    );
}

#[tokio::test]
async fn only_what_is_said_to_be_public_is_open_and_bad_credentials_are_refused_there_too() {
    let (app, token) = somebody_with(&[]).await;
    let router = forgetful(&app);

    assert_eq!(open(&router, "/", None).await.text, "welcome");
    assert_eq!(open(&router, "/greeting", None).await.text, "hello stranger");
    assert_eq!(
        open(&router, "/greeting", Some(&token)).await.text,
        "hello ana@example.com"
    );
    assert_eq!(
        open(&router, "/greeting", Some("nonsense")).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn one_path_may_have_a_public_method_and_a_closed_one() {
    let (app, _) = somebody_with(&[]).await;
    let gate = Gate::from(app.http.clone());
    let router: Router = protect(&gate, Router::new().route("/notes", post(async || "made")))
        .public(Router::new().route("/notes", get(async || "notes")))
        .with_state(());

    assert_eq!(open(&router, "/notes", None).await.text, "notes");
    let made = ask(&router, Method::POST, "/notes", None).await;
    assert_eq!(made.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn it_stays_closed_when_it_is_nested_or_merged_with_the_routes_of_the_engine() {
    let (app, token) = somebody_with(&[]).await;
    let gate = Gate::from(app.http.clone());
    let closed = || protect(&gate, Router::new().route("/notes", get(async || "notes")));
    let nested: Router = Router::new()
        .route("/about", get(async || "about"))
        .nest("/api", closed().into());
    let merged: Router = closed()
        .into_router()
        .merge(router(app.http.clone()).reset_fallback());

    assert_eq!(
        open(&nested, "/api/notes", None).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        open(&nested, "/api/nothing", None).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(open(&nested, "/api/notes", Some(&token)).await.text, "notes");
    assert_eq!(open(&nested, "/about", None).await.text, "about");
    assert_eq!(
        open(&merged, "/notes", None).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        open(&merged, "/nothing", None).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(open(&merged, "/health/live", None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_fallback_of_ones_own_is_closed_too() {
    let (app, token) = somebody_with(&[]).await;
    let gate = Gate::from(app.http.clone());
    let router: Router = protect(&gate, Router::new())
        .fallback(async || "nothing here")
        .with_state(());

    assert_eq!(open(&router, "/x", None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(open(&router, "/x", Some(&token)).await.text, "nothing here");
}

#[tokio::test]
#[should_panic(expected = "fallback")]
async fn a_fallback_that_would_be_left_open_stops_the_program_at_its_start() {
    let (app, _) = somebody_with(&[]).await;
    let gate = Gate::from(app.http.clone());
    let public = Router::new().fallback(async || "open");

    let _: Router<Http> = protect(&gate, Router::new()).public(public).into_router();
}
