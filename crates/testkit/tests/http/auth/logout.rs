//! `POST /auth/logout`.

use axum::body::Body;
use axum::http::{Method, Request};
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, TestApp, TestAuth, both_engines};
use serde_json::json;

use crate::support::{
    ANA, app, assert_common_headers, assert_pair, assert_problem, login, messages, profile, refresh,
    secure_app,
};

const PATH: &str = "/auth/logout";

async fn logout(app: &TestApp, token: &str, content_type: Option<&str>, body: &str) -> Answer {
    let mut request = Request::post(PATH).header("authorization", format!("Bearer {token}"));
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn logout_json(app: &TestApp, token: &str, body: &str) -> Answer {
    logout(app, token, Some("application/json"), body).await
}

both_engines! {
    logging_out_ends_every_session_unless_told_otherwise => |kind: Kind| async move {
        for body in ["", "{}", r#"{"scope":"all"}"#, r#"{"scope":null}"#, r#"{"everything":true}"#] {
            let app = TestApp::new(TestAuth::on(kind).await);
            let (laptop, phone) = (app.register(ANA).await, login(&app, ANA).await);
            let other = app.register("ben@example.com").await;
            let answer = logout_json(&app, &laptop.access_token(), body).await;
            assert_eq!(answer.status, 200, "{body}: {}", answer.text);
            for device in [&laptop, &phone] {
                assert_problem(&profile(&app, &device.access_token()).await, Code::TokenRevoked, "/auth/profile");
                assert_problem(&refresh(&app, &device.cookie()).await, Code::SessionEnded, "/auth/refresh");
            }
            assert_pair(&refresh(&app, &other.cookie()).await, 200, "ben@example.com");
            assert_pair(&login(&app, ANA).await, 200, ANA);
        }
    };

    logging_out_of_one_session_spares_the_others => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let (laptop, phone) = (app.register(ANA).await, login(&app, ANA).await);
        let answer = logout_json(&app, &laptop.access_token(), r#"{"scope":"session"}"#).await;
        assert_eq!(answer.status, 200);
        assert_problem(&profile(&app, &laptop.access_token()).await, Code::TokenRevoked, "/auth/profile");
        assert_problem(&refresh(&app, &laptop.cookie()).await, Code::SessionEnded, "/auth/refresh");
        assert_eq!(profile(&app, &phone.access_token()).await.status, 200);
        assert_pair(&refresh(&app, &phone.cookie()).await, 200, ANA);
    };
}

#[tokio::test]
async fn the_answer_is_a_sentence_and_the_cookie_goes() {
    let app = secure_app().await;
    let ana = app.register(ANA).await;
    let answer = app.bearer(Method::POST, PATH, &ana.access_token()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({ "message": "Logged out" }))
    );
    assert_eq!(
        answer.header("set-cookie"),
        "__Secure-refresh_token=; Path=/auth/refresh; HttpOnly; SameSite=Strict; Secure; Max-Age=0"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_common_headers(&answer);
}

#[tokio::test]
async fn a_bad_scope_is_refused_and_ends_nothing() {
    let app = app().await;
    let ana = app.register(ANA).await;
    for body in [r#"{"scope":"device"}"#, r#"{"scope":"ALL"}"#, r#"{"scope":""}"#] {
        let answer = logout_json(&app, &ana.access_token(), body).await;
        assert_problem(&answer, Code::InvalidInput, PATH);
        assert_eq!(messages(&answer), [r#"Scope must be "all" or "session""#]);
    }
    let answer = logout_json(&app, &ana.access_token(), r#"{"scope":1}"#).await;
    assert_eq!(messages(&answer), ["Scope must be a string"]);
    let answer = logout_json(&app, &ana.access_token(), r#"{"scope":"session""#).await;
    assert_problem(&answer, Code::MalformedJson, PATH);
    let answer = logout(&app, &ana.access_token(), Some("text/plain"), "{}").await;
    assert_problem(&answer, Code::UnsupportedMediaType, PATH);
    assert_eq!(profile(&app, &ana.access_token()).await.status, 200);
}

#[tokio::test]
async fn nobody_is_logged_out_without_a_token() {
    let app = app().await;
    let ana = app.register(ANA).await;
    // The cookie is no proof here: another site could send it along.
    let answer = app.cookie(Method::POST, PATH, &ana.cookie()).await;
    assert_problem(&answer, Code::TokenMissing, PATH);
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(profile(&app, &ana.access_token()).await.status, 200);
}

#[tokio::test]
async fn logging_out_twice_is_refused_the_second_time() {
    let app = app().await;
    let ana = app.register(ANA).await;
    assert_eq!(
        app.bearer(Method::POST, PATH, &ana.access_token()).await.status,
        200
    );
    let again = app.bearer(Method::POST, PATH, &ana.access_token()).await;
    assert_problem(&again, Code::TokenRevoked, PATH);
}
