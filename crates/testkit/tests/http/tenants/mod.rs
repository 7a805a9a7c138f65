//! Several tenants behind one router: how a request names its tenant, and that nothing crosses.

mod apart;
mod disabled;
mod links;
mod named;

use axum::body::Body;
use axum::http::{HeaderName, Method, Request};
use horizon_auth_core::domain::limits::Limits;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::tenant_hosts::TenantHosts;
use horizon_auth_http::config::{HttpConfig, Profile, TenantSource};
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp};
use serde_json::Value;

use crate::support::{ANA, ORIGIN, PASSWORD, credentials};

const X_TENANT_ID: &str = "x-tenant-id";

/// A request that is made bit by bit.
struct Ask {
    method: Method,
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Option<Value>,
}

fn ask(method: Method, path: &'static str) -> Ask {
    Ask {
        method,
        path,
        headers: Vec::new(),
        body: None,
    }
}

impl Ask {
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// In a tenant, by the header.
    fn of(self, tenant: &str) -> Self {
        self.with(X_TENANT_ID, tenant)
    }

    /// To a host.
    fn at(self, host: &str) -> Self {
        self.with("host", host)
    }

    fn token(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self.with("content-type", "application/json")
    }

    async fn send(self, app: &TestApp) -> Answer {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let body = self
            .body
            .map_or_else(Body::empty, |body| Body::from(body.to_string()));
        app.send(request.body(body).unwrap()).await
    }
}

fn register(email: &str) -> Ask {
    ask(Method::POST, "/auth/register").json(credentials(email, PASSWORD))
}

fn login(email: &str, password: &str) -> Ask {
    ask(Method::POST, "/auth/login").json(credentials(email, password))
}

fn profile(token: &str) -> Ask {
    ask(Method::GET, "/auth/profile").token(token)
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

/// The status and the code of a refusal.
fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.code())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn header_source() -> TenantSource {
    TenantSource::Header(HeaderName::from_static(X_TENANT_ID))
}

fn hosts() -> TenantHosts {
    TenantHosts::below("example.com", ORIGIN)
}

/// An app with the tenants `acme` and `other` beside the default one.
async fn start(kind: Kind, source: TenantSource, profile: Profile, limits: &Limits) -> TestApp {
    let tenant_hosts = match &source {
        TenantSource::Subdomain(hosts) => Some(hosts.clone()),
        TenantSource::Fixed | TenantSource::Header(_) => None,
    };
    let setup = Setup::new(kind).policy(|policy| {
        policy.limits = *limits;
        ORIGIN.clone_into(&mut policy.mail.public_url);
        policy.tenant_hosts = tenant_hosts;
    });
    let config = HttpConfig {
        tenant: source,
        profile,
        ..HttpConfig::new(ORIGIN.into())
    };
    let app = TestApp::with_config(setup.start().await, config);
    for name in ["acme", "other"] {
        let client = app.engine.client();
        assert!(
            app.engine
                .auth
                .create_tenant(&tenant(name), &client)
                .await
                .unwrap()
        );
    }
    app
}

/// Tenants by header, without limits.
async fn by_header() -> TestApp {
    start(Kind::Sqlite, header_source(), Profile::Token, &Limits::OFF).await
}

/// Tenants by host, without limits.
async fn by_host() -> TestApp {
    start(
        Kind::Sqlite,
        TenantSource::Subdomain(hosts()),
        Profile::Token,
        &Limits::OFF,
    )
    .await
}

/// Switches a tenant off.
async fn disable(app: &TestApp, name: &str) {
    let client = app.engine.client();
    app.engine
        .auth
        .disable_tenant(&tenant(name), &client)
        .await
        .unwrap();
}

/// Registers Ana in a tenant, by header.
async fn ana_of(app: &TestApp, name: &str) -> Answer {
    let answer = register(ANA).of(name).send(app).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let made = app.engine.auth.list_users(&tenant(name), None, 10).await.unwrap();
    assert!(made.iter().any(|user| user.email.canonical() == ANA));
    answer
}
