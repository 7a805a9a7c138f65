//! The HTTP front end of a test engine, called without a network.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use horizon_auth_http::config::HttpConfig;
use horizon_auth_http::{Http, documentation, pages, router};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::contract::{Contract, Sent};
use crate::engine::TestAuth;

/// A router on a test engine.
#[derive(Debug)]
pub struct TestApp {
    /// The engine behind it.
    pub engine: TestAuth,
    /// The front end's state.
    pub http: Http,
    router: Router,
    contract: Contract,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {:?}", self.text))
    }

    /// A header's text, or the empty string.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }

    /// The machine-readable code of an error.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or("").to_owned()
    }

    /// The access token of a success.
    #[must_use]
    pub fn access_token(&self) -> String {
        self.json()["accessToken"]
            .as_str()
            .expect("an access token")
            .to_owned()
    }

    /// The `name=value` of the cookie that the answer sets.
    #[must_use]
    pub fn cookie(&self) -> String {
        let line = self.header(SET_COOKIE.as_str());
        line.split(';').next().unwrap_or("").to_owned()
    }
}

impl TestApp {
    /// A router on the engine, over plain HTTP.
    #[must_use]
    pub fn new(engine: TestAuth) -> Self {
        Self::with_config(engine, HttpConfig::new("http://localhost:3000".into()))
    }

    /// A router with other settings.
    #[must_use]
    pub fn with_config(engine: TestAuth, config: HttpConfig) -> Self {
        let http = Http::new(engine.auth.clone(), config);
        let router = router(http.clone())
            .merge(pages(http.clone()))
            .merge(documentation(http.clone()));
        let contract = Contract::of(&http);
        Self {
            engine,
            http,
            router,
            contract,
        }
    }

    /// Sends a request from 192.0.2.1, and holds the answer against the OpenAPI document.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
            request
                .extensions_mut()
                .insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 40_000))));
        }
        let (sent, request) = sent(request).await;
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router answers");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("a text body");
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        };
        self.contract.check(&sent, &answer);
        answer
    }

    /// Sends a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        self.send(request.expect("a request")).await
    }

    /// Sends a form, as a page without a script does.
    pub async fn form(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()));
        self.send(request.expect("a request")).await
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Answer {
        let request = Request::get(path).body(Body::empty());
        self.send(request.expect("a request")).await
    }

    /// Sends a request with a bearer token and no body.
    pub async fn bearer(&self, method: Method, path: &str, token: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// Sends a JSON body with a bearer token.
    pub async fn bearer_json(&self, method: Method, path: &str, token: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        self.send(request.expect("a request")).await
    }

    /// Sends a request with a cookie and no body.
    pub async fn cookie(&self, method: Method, path: &str, cookie: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header(COOKIE, cookie);
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// Registers a person with the usual password.
    pub async fn register(&self, email: &str) -> Answer {
        let body = serde_json::json!({ "email": email, "password": "correct horse battery staple" });
        self.post("/auth/register", body).await
    }
}

/// What a request says, and the request as it was. A body of unknown length is left alone.
async fn sent(request: Request<Body>) -> (Sent, Request<Body>) {
    let (parts, mut body) = request.into_parts();
    let mut text = None;
    if body.size_hint().exact().is_some() {
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        text = String::from_utf8(bytes.to_vec()).ok();
        body = Body::from(bytes);
    }
    let sent = Sent {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        text,
    };
    (sent, Request::from_parts(parts, body))
}
