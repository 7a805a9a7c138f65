use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use horizon_auth_http::{Http, router};
use tower::ServiceExt as _;

use super::*;

#[tokio::test]
async fn a_header_names_the_tenant_and_nothing_means_the_default_one() {
    let app = by_header().await;

    let unnamed = register(ANA).send(&app).await;
    let acme = register(ANA).of("acme").send(&app).await;

    assert_eq!(unnamed.json()["user"]["tenantId"], "default");
    assert_eq!(acme.json()["user"]["tenantId"], "acme");
    assert_ne!(unnamed.json()["user"]["id"], acme.json()["user"]["id"]);
    for (name, status, code) in [
        ("", 400, "tenant_invalid"),
        ("ACME", 400, "tenant_invalid"),
        ("acme,other", 400, "tenant_invalid"),
        ("../acme", 400, "tenant_invalid"),
        ("nobody", 404, "unknown_tenant"),
    ] {
        let answer = register("bob@example.com").of(name).send(&app).await;
        assert_eq!(refusal(&answer), refused(status, code), "{name}");
    }
    let twice = register("bob@example.com").of("acme").of("acme").send(&app).await;
    assert_eq!(refusal(&twice), refused(400, "tenant_invalid"));
    assert_eq!(app.engine.database.number("SELECT COUNT(*) FROM users").await, 2);
}

#[tokio::test]
async fn a_host_names_the_tenant() {
    let app = by_host().await;
    for (number, (host, named)) in [
        ("acme.example.com", "acme"),
        ("ACME.Example.com:8443", "acme"),
        ("other.example.com.", "other"),
        ("example.com", "default"),
        ("auth.example.com", "default"),
        ("default.example.com", "default"),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("person{number}@example.com");
        let answer = register(&email).at(host).send(&app).await;
        assert_eq!(
            answer.json()["user"]["tenantId"],
            named,
            "{host}: {}",
            answer.text
        );
    }
    for (host, status, code) in [
        ("nobody.example.com", 404, "unknown_tenant"),
        ("a.b.example.com", 400, "tenant_invalid"),
        ("acme.example.org", 400, "tenant_invalid"),
        ("-.example.com", 400, "tenant_invalid"),
        ("192.0.2.1", 400, "tenant_invalid"),
        ("[2001:db8::1]:443", 400, "tenant_invalid"),
    ] {
        let answer = register(ANA).at(host).send(&app).await;
        assert_eq!(refusal(&answer), refused(status, code), "{host}");
    }
    let hostless = register(ANA).send(&app).await;
    assert_eq!(refusal(&hostless), refused(400, "tenant_invalid"));
    let header = register(ANA).at("acme.example.com").of("other").send(&app).await;
    assert_eq!(
        header.json()["user"]["tenantId"],
        "acme",
        "the header says nothing here"
    );
}

#[tokio::test]
async fn only_a_trusted_proxy_says_which_host_was_asked_for() {
    let mut app = by_host().await;
    for (trusted, named) in [(false, "acme"), (true, "other")] {
        let mut config = app.http.config.clone();
        if trusted {
            config.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()];
        }
        app = TestApp::with_config(app.engine, config);
        let answer = register(&format!("{named}@example.com"))
            .at("acme.example.com")
            .with("x-forwarded-host", "other.example.com")
            .send(&app)
            .await;
        assert_eq!(answer.json()["user"]["tenantId"], named, "{}", answer.text);
    }
}

#[tokio::test]
async fn where_the_tenant_is_fixed_nobody_names_another() {
    let app = start(Kind::Sqlite, TenantSource::Fixed, Profile::Token, &Limits::OFF).await;
    for (number, name) in ["acme", "nobody", "NOT A NAME"].into_iter().enumerate() {
        let email = format!("person{number}@example.com");
        let answer = register(&email).of(name).at("acme.example.com").send(&app).await;
        assert_eq!(answer.json()["user"]["tenantId"], "default", "{name}");
    }
}

#[tokio::test]
async fn an_application_names_the_tenant_in_its_own_way() {
    let app = by_header().await;
    let by_query: horizon_auth_http::TenantExtractor = Arc::new(|parts: &Parts| {
        let query = parts.uri.query()?;
        query.strip_prefix("of=").map(str::to_owned)
    });
    let http = Http::with_tenant_extractor(app.engine.auth.clone(), app.http.config.clone(), by_query);
    let routes = router(http);
    let login_at = async |path: &str| {
        let mut request = Request::post(path)
            .header("content-type", "application/json")
            .body(Body::from(credentials(ANA, PASSWORD).to_string()))
            .unwrap();
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 1))));
        routes.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    ana_of(&app, "acme").await;

    assert_eq!(login_at("/auth/login?of=acme").await, 200);
    assert_eq!(login_at("/auth/login?of=other").await, 401);
    assert_eq!(login_at("/auth/login").await, 401, "the default tenant");
    assert_eq!(login_at("/auth/login?of=nobody").await, 404);
    assert_eq!(login_at("/auth/login?of=A.B").await, 400);
}

#[tokio::test]
async fn a_token_of_one_tenant_is_refused_in_another_and_that_is_noted_where_the_person_is() {
    let app = by_header().await;
    let token = ana_of(&app, "acme").await.access_token();
    let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'tenant_mismatch' AND tenant_id = 'acme'
                    AND user_id = (SELECT id FROM users) AND session_id = (SELECT id FROM sessions)";
    assert_eq!(profile(&token).of("acme").send(&app).await.status, 200);

    // The tenant is not looked up: it is another one, whether or not it exists.
    for (count, name) in [(1, "other"), (2, "default"), (3, "nobody")] {
        let answer = profile(&token).of(name).send(&app).await;
        assert_eq!(refusal(&answer), refused(403, "tenant_mismatch"), "{name}");
        assert_eq!(app.engine.database.number(noted).await, count);
    }
    let unnamed = profile(&token).send(&app).await;
    assert_eq!(refusal(&unnamed), refused(403, "tenant_mismatch"));
    let malformed = profile(&token).of("NO").send(&app).await;
    assert_eq!(refusal(&malformed), refused(400, "tenant_invalid"));
    assert_eq!(
        profile(&token).of("acme").send(&app).await.status,
        200,
        "it still works at home"
    );
    assert_eq!(
        app.engine
            .database
            .number(
                "SELECT COUNT(*) FROM audit_events WHERE event = 'tenant_mismatch' AND tenant_id <> 'acme'"
            )
            .await,
        0
    );
}

#[tokio::test]
async fn a_refresh_token_of_one_tenant_is_refused_in_another_and_stays_good() {
    let app = by_header().await;
    let cookie = ana_of(&app, "acme").await.cookie();
    let refresh = || ask(Method::POST, "/auth/refresh").with("cookie", &cookie);

    let foreign = refresh().of("other").send(&app).await;
    let unknown = refresh().of("nobody").send(&app).await;

    assert_eq!(refusal(&foreign), refused(403, "tenant_mismatch"));
    assert_eq!(refusal(&unknown), refused(404, "unknown_tenant"));
    let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'tenant_mismatch' AND tenant_id = 'acme'";
    assert_eq!(app.engine.database.number(noted).await, 1);
    let ended = ask(Method::DELETE, "/auth/refresh")
        .with("cookie", &cookie)
        .of("other")
        .send(&app)
        .await;
    assert_eq!(ended.status, 204);
    assert_eq!(
        refresh().of("acme").send(&app).await.status,
        200,
        "nobody ended it from elsewhere"
    );
}
