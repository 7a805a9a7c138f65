//! A publisher of keys, a server on a socket, and an application beside it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use horizon_auth::config::{Config, Sources};
use horizon_auth::{CurrentTenant, CurrentUser, Http, SsoClient, pages, router};
use horizon_auth_adapters::sso::HttpKeys;
use horizon_auth_adapters::system::SystemEntropy;
use horizon_auth_core::crypto::access_token::AccessTokens;
use horizon_auth_core::crypto::keyring::{KeyRing, SigningKey, VerifyingKey};
use horizon_auth_core::domain::claims::AccessClaims;
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::Code;
use horizon_auth_core::ports::clock::Clock as _;
use horizon_auth_core::verifier::{Keys, RemoteKeys, Revocation, TokenRules, Verifier, VerifierParts};
use horizon_auth_http::config::{CookieConfig, HttpConfig, Profile};
use horizon_auth_http::sso::{Redirect, ServiceClient, SsoConfig};
use horizon_auth_testkit::{Answer, FixedClock, Setup, TestApp};
use http_body_util::BodyExt as _;
use serde_json::json;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

pub(crate) const ANA: &str = "ana@example.com";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// Longest time of a question in these tests.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Serves a router on a port of its own until the test ends.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// A key that signs, and its text.
pub(crate) struct TestKey {
    pem: String,
    public: VerifyingKey,
}

impl TestKey {
    fn signing(&self) -> SigningKey {
        SigningKey::from_pem(&self.pem).unwrap()
    }
}

pub(crate) fn fresh_key() -> TestKey {
    let pem = SigningKey::generate(Algorithm::EdDsa)
        .unwrap()
        .private_pem
        .to_string();
    let public = SigningKey::from_pem(&pem).unwrap().verifying_key().clone();
    TestKey { pem, public }
}

/// The set that publishes these keys.
pub(crate) fn set_of(keys: &[&TestKey]) -> String {
    let keys = keys.iter().map(|key| key.public.clone()).collect();
    KeyRing::new(None, keys).unwrap().jwks().body.clone()
}

/// A token of a key for a day.
pub(crate) fn token_of(key: &TestKey, clock: &FixedClock) -> String {
    let now = clock.now().seconds();
    let claims: AccessClaims = serde_json::from_value(json!({
        "sub": "0192f0c1-2345-7abc-8def-0123456789ab", "email": ANA, "tenantId": "default", "roles": ["user"],
        "sid": "0192f0c1-2345-7abc-8def-0123456789ac", "epoch": 0, "tenantEpoch": 0, "iat": now, "exp": now + 86_400,
        "iss": "horizon-auth", "aud": "horizon-api", "jti": "0192f0c1-2345-7abc-8def-0123456789ad",
    }))
    .unwrap();
    let ring = KeyRing::new(Some(key.signing()), Vec::new()).unwrap();
    let tokens = AccessTokens::new(ring, "horizon-auth".into(), "horizon-api".into(), Duration::ZERO);
    tokens.sign(&claims).unwrap()
}

/// How a publisher answers.
type Reply = Arc<dyn Fn() -> Response + Send + Sync>;

/// Publishes keys and counts who asks.
#[derive(Clone)]
pub(crate) struct Publisher {
    reply: Arc<Mutex<Reply>>,
    asked: Arc<AtomicUsize>,
    pub(crate) address: SocketAddr,
}

impl Publisher {
    pub(crate) async fn start(reply: impl Fn() -> Response + Send + Sync + 'static) -> Self {
        let reply: Reply = Arc::new(reply);
        let (reply, asked) = (Arc::new(Mutex::new(reply)), Arc::new(AtomicUsize::new(0)));
        let state = (Arc::clone(&reply), Arc::clone(&asked));
        let answer = async |State((reply, asked)): State<(Arc<Mutex<Reply>>, Arc<AtomicUsize>)>| {
            asked.fetch_add(1, Ordering::SeqCst);
            let reply = Arc::clone(&reply.lock().unwrap());
            reply()
        };
        let address = serve(Router::new().route("/keys", get(answer)).with_state(state)).await;
        Self {
            reply,
            asked,
            address,
        }
    }

    /// One that publishes this set for an hour.
    pub(crate) async fn of(set: String) -> Self {
        Self::start(move || published(&set, 3600)).await
    }

    pub(crate) fn now_answers(&self, reply: impl Fn() -> Response + Send + Sync + 'static) {
        *self.reply.lock().unwrap() = Arc::new(reply);
    }

    pub(crate) fn now_publishes(&self, set: String) {
        self.now_answers(move || published(&set, 3600));
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Something that believes its keys and looks at nothing else.
    pub(crate) fn verifier(&self, clock: &Arc<FixedClock>) -> Verifier {
        let rules = TokenRules {
            issuer: "horizon-auth".to_owned(),
            audience: "horizon-api".to_owned(),
            leeway: Duration::ZERO,
        };
        let source = HttpKeys::new(&format!("http://{}/keys", self.address), TIMEOUT).unwrap();
        let clock: Arc<FixedClock> = Arc::clone(clock);
        Verifier::new(VerifierParts {
            keys: Keys::Remote(RemoteKeys::new(Arc::new(source), rules.clone(), clock.clone())),
            rules,
            revocation: Revocation::SignatureOnly,
            tenant: TenantId::parse("default").unwrap(),
            admin: Role::parse("admin").unwrap(),
            clock,
            entropy: Arc::new(SystemEntropy),
        })
    }
}

/// A set with the time for which it may be kept.
pub(crate) fn published(set: &str, max_age: u64) -> Response {
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("cache-control", format!("public, max-age={max_age}")),
    ];
    (headers, set.to_owned()).into_response()
}

/// What becomes of a token: nothing if it is believed.
pub(crate) async fn verdict(verifier: &Verifier, token: &str) -> Option<Code> {
    let outcome = verifier.authenticate(token, verifier.tenant()).await;
    outcome.err().map(|error| error.code())
}

/// A server for single sign-on on a socket.
pub(crate) struct Server {
    pub(crate) app: TestApp,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) async fn start(setup: Setup, profile: Profile) -> Self {
        let config = HttpConfig {
            profile,
            cookie: CookieConfig {
                secure: false,
                domain: Some("dev.localhost".to_owned()),
            },
            sso: Some(SsoConfig {
                allowed_origins: vec!["http://app.dev.localhost".to_owned()],
                redirects: vec![Redirect::parse("http://app.dev.localhost").unwrap()],
                trust_dev_localhost: false,
                clients: vec![ServiceClient::new("shop", SECRET).unwrap()],
            }),
            ..HttpConfig::new("http://auth.dev.localhost".into())
        };
        let app = TestApp::with_config(setup.start().await, config);
        let http: Http = app.http.clone();
        let address = serve(router(http.clone()).merge(pages(http))).await;
        Self { app, address }
    }

    /// An application of this server, with `more` settings below `[sso]`.
    pub(crate) fn application(&self, more: &str) -> Application {
        Application::new(self.address, more, &self.app.engine.clock)
    }

    /// One that asks about every token.
    pub(crate) fn asking(&self) -> Application {
        self.application(&asks(SECRET))
    }
}

/// The settings of an application that asks.
pub(crate) fn asks(secret: &str) -> String {
    format!(
        "revocation = \"introspection\"\nclient_id = \"shop\"\nclient_secret = \"{secret}\"\ntimeout = \"2s\"\n"
    )
}

/// An application with routes for anybody, for people, and for administrators.
pub(crate) struct Application {
    router: Router,
    pub(crate) sso: SsoClient,
}

impl Application {
    pub(crate) fn new(server: SocketAddr, more: &str, clock: &Arc<FixedClock>) -> Self {
        let toml = format!(
            "mode = \"sso_client\"\npublic_url = \"http://app.dev.localhost\"\n[sso]\nauth_url = \"http://{server}\"\n{more}"
        );
        let config = Config::load(Sources {
            file: Some(("the test", &toml)),
            ..Sources::default()
        });
        let config = config.unwrap_or_else(|errors| panic!("{errors}"));
        let sso = SsoClient::open_with_clock(&config, clock.clone()).unwrap();
        let closed = Router::new()
            .route("/me", get(me).post(me))
            .route("/admin", get(me).route_layer(sso.require_role("admin")));
        let open = Router::new()
            .route("/greeting", get(greeting))
            .route("/tenant", get(tenant))
            .route(
                "/guest-book",
                post(async || "thank you").route_layer(sso.gate().csrf()),
            );
        let router = sso.protect(closed).public(open).with_state(sso.clone());
        Self { router, sso }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let mut request = Request::builder().method(Method::GET).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// `200 ana@example.com`, or the status and code of a refusal.
    pub(crate) async fn me(&self, token: &str) -> String {
        told(&self.get("/me", Some(token)).await)
    }
}

pub(crate) fn told(answer: &Answer) -> String {
    let text = if answer.status.is_success() {
        answer.text.clone()
    } else {
        answer.code()
    };
    format!("{} {text}", answer.status.as_u16())
}

async fn me(user: CurrentUser) -> String {
    user.email.clone()
}

async fn tenant(tenant: CurrentTenant) -> String {
    tenant.as_str().to_owned()
}

async fn greeting(user: Option<CurrentUser>) -> String {
    user.map_or("stranger".to_owned(), |user| user.email.clone())
}
