//! An application that asks the server about every token.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use horizon_auth::Code;
use horizon_auth::commands::{CountHitCommand, RegisterCommand, Registered};
use horizon_auth::types::{Email, Password, Rate, TenantId};
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Kind, Setup};

use crate::support::{ANA, Application, SECRET, Server, asks, fresh_key, serve, token_of, told};

async fn server() -> Server {
    Server::start(Setup::new(Kind::Sqlite), Profile::Token).await
}

#[tokio::test]
async fn an_application_counts_hits_of_its_own_rules() {
    let server = server().await;
    let app = server.asking();
    let rate = Rate::per_seconds(1, 60);
    let hit = |rule, key| app.sso.count_hit(CountHitCommand { rule, key, rate });
    hit("search", "ana").await.unwrap();
    assert_eq!(hit("search", "ana").await.unwrap_err().code(), Code::RateLimited);
    hit("search", "bob").await.unwrap();
    hit("export", "ana").await.unwrap();
    server.app.engine.clock.advance(Duration::from_secs(60));
    hit("search", "ana").await.unwrap();
}

#[tokio::test]
async fn the_servers_people_are_let_in_with_their_roles_and_nobody_else() {
    let server = server().await;
    let app = server.asking();
    let token = server.app.register(ANA).await.access_token();
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
    assert_eq!(told(&app.get("/me", None).await), "401 token_missing");
    assert_eq!(told(&app.get("/greeting", None).await), "200 stranger");
    assert_eq!(
        told(&app.get("/greeting", Some(&token)).await),
        format!("200 {ANA}")
    );
    assert_eq!(told(&app.get("/admin", Some(&token)).await), "403 forbidden");
    assert_eq!(app.me("nonsense").await, "401 token_invalid");
    let foreign = token_of(&fresh_key(), &server.app.engine.clock);
    assert_eq!(app.me(&foreign).await, "401 token_invalid");
    let refused = app.get("/me", Some("nonsense")).await;
    assert_eq!(refused.json()["path"], "/me");
    assert_eq!(
        refused.header("www-authenticate"),
        r#"Bearer error="invalid_token""#
    );
}

#[tokio::test]
async fn a_log_out_is_in_force_with_the_next_request() {
    let server = server().await;
    let app = server.asking();
    let token = server.app.register(ANA).await.access_token();
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
    server.app.bearer(Method::POST, "/auth/logout", &token).await;
    assert_eq!(app.me(&token).await, "401 token_revoked");
    let later = crate::support::told(&app.get("/greeting", Some(&token)).await);
    assert_eq!(later, "401 token_revoked", "bad credentials are no stranger");
}

#[tokio::test]
async fn an_expired_token_is_told_from_a_revoked_one() {
    let server = server().await;
    let app = server.asking();
    let token = server.app.register(ANA).await.access_token();
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
    server.app.engine.clock.advance(Duration::from_secs(900));
    assert_eq!(app.me(&token).await, "401 token_expired");
}

#[tokio::test]
async fn whoever_cannot_ask_lets_nobody_in() {
    let server = server().await;
    let token = server.app.register(ANA).await.access_token();
    let mistaken = server.application(&asks(&SECRET.replace('0', "f")));
    let refused = mistaken.get("/me", Some(&token)).await;
    assert_eq!(told(&refused), "503 unavailable", "the secret is wrong");
    assert!(refused.headers.contains_key("retry-after"));

    let app = server.asking();
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
    server.app.engine.auth.stand_down();
    assert_eq!(
        app.me(&token).await,
        "503 unavailable",
        "the server does not know"
    );

    // Something else answers in the server's place.
    let jwks = server.app.open("/.well-known/jwks.json").await.text;
    for answer in ["", "{}", r#"{"active":"yes"}"#, r#"{"active":true}"#, "true"] {
        let jwks = jwks.clone();
        let other = axum::Router::new()
            .route("/.well-known/jwks.json", axum::routing::get(async move || jwks))
            .route("/auth/introspect", axum::routing::post(async move || answer));
        let clock = &server.app.engine.clock;
        let app = Application::new(serve(other).await, &asks(SECRET), clock);
        assert_eq!(app.me(&token).await, "503 unavailable", "{answer}");
    }
}

#[tokio::test]
async fn a_token_that_is_confirmed_as_somebody_elses_is_not_believed() {
    let server = server().await;
    let ana = server.app.register(ANA).await.access_token();
    let bob = server.app.register("bob@example.com").await.access_token();
    let told_of_bob = server.app.engine.auth.introspect(&bob).await.unwrap().unwrap();
    let mut answer = serde_json::to_value(told_of_bob).unwrap();
    answer["active"] = true.into();
    let jwks = server.app.open("/.well-known/jwks.json").await.text;
    let liar = axum::Router::new()
        .route("/.well-known/jwks.json", axum::routing::get(async move || jwks))
        .route(
            "/auth/introspect",
            axum::routing::post(async move || answer.to_string()),
        );
    let app = Application::new(serve(liar).await, &asks(SECRET), &server.app.engine.clock);
    assert_eq!(app.me(&bob).await, "200 bob@example.com");
    assert_eq!(app.me(&ana).await, "401 token_invalid");
}

#[tokio::test]
async fn an_answer_is_remembered_only_where_that_was_chosen_and_no_longer() {
    let server = server().await;
    let clock = &server.app.engine.clock;
    let app = server.application(&format!("{}introspection_cache = \"5s\"", asks(SECRET)));
    let token = server.app.register(ANA).await.access_token();
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
    server.app.bearer(Method::POST, "/auth/logout", &token).await;
    clock.advance(Duration::from_millis(4_999));
    assert_eq!(app.me(&token).await, format!("200 {ANA}"), "still remembered");
    clock.advance(Duration::from_millis(1));
    assert_eq!(app.me(&token).await, "401 token_revoked");
}

#[tokio::test]
async fn with_the_signature_alone_a_log_out_goes_unnoticed_until_the_token_expires() {
    let server = server().await;
    let app = server.application("revocation = \"signature_only\"");
    app.sso.fetch_keys().await.unwrap();
    let token = server.app.register(ANA).await.access_token();
    server.app.bearer(Method::POST, "/auth/logout", &token).await;
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
    server.app.engine.clock.advance(Duration::from_secs(900));
    assert_eq!(app.me(&token).await, "401 token_expired");
}

#[tokio::test]
async fn a_configured_key_needs_no_server() {
    let server = server().await;
    let token = server.app.register(ANA).await.access_token();
    let ring = server.app.engine.auth.jwks().jwks().body.clone();
    let key = horizon_auth_core::crypto::jwk_set::read(ring.as_bytes())
        .unwrap()
        .remove(0);
    let nobody = "127.0.0.1:1".parse().unwrap();
    let more = format!(
        "revocation = \"signature_only\"\n[jwt]\npublic_key = {:?}",
        key.to_pem()
    );
    let app = Application::new(nobody, &more, &server.app.engine.clock);
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
    let foreign = token_of(&fresh_key(), &server.app.engine.clock);
    assert_eq!(app.me(&foreign).await, "401 token_invalid");
}

#[tokio::test]
async fn people_of_another_tenant_are_not_let_in() {
    let server = server().await;
    let more = format!("{}[tenant]\ndefault = \"acme\"", asks(SECRET));
    let app = server.application(&more);
    let token = server.app.register(ANA).await.access_token();
    assert_eq!(app.me(&token).await, "403 tenant_mismatch");
}

#[tokio::test]
async fn an_application_of_several_tenants_keeps_their_people_apart() {
    let server = server().await;
    let app = server.application(&format!("{}[tenant]\nsource = \"header\"", asks(SECRET)));
    let engine = &server.app.engine;
    let acme = TenantId::parse("acme").unwrap();
    assert!(engine.auth.create_tenant(&acme, &engine.client()).await.unwrap());
    let registered = engine.auth.register(RegisterCommand {
        tenant: acme,
        email: Email::parse(ANA).unwrap(),
        password: Password::new("correct horse battery staple").unwrap(),
        full_name: None,
        locale: None,
        client: engine.client(),
    });
    let Registered::LoggedIn(of_acme) = registered.await.unwrap() else {
        panic!("not logged in");
    };
    let of_default = server.app.register(ANA).await.access_token();

    let me = async |token: &str, tenants: &[&str]| {
        let mut request = Request::get("/me").header("authorization", format!("Bearer {token}"));
        for tenant in tenants {
            request = request.header("x-tenant-id", *tenant);
        }
        told(&app.send(request.body(Body::empty()).unwrap()).await)
    };

    assert_eq!(me(&of_acme.access_token, &["acme"]).await, format!("200 {ANA}"));
    assert_eq!(me(&of_default, &[]).await, format!("200 {ANA}"));
    assert_eq!(me(&of_acme.access_token, &[]).await, "403 tenant_mismatch");
    assert_eq!(me(&of_default, &["acme"]).await, "403 tenant_mismatch");
    assert_eq!(me(&of_default, &["acme", "default"]).await, "400 tenant_invalid");
    assert_eq!(me(&of_default, &["No Name"]).await, "400 tenant_invalid");
}
