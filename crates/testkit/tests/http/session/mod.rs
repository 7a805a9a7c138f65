//! The session profile: opaque cookies and tokens against cross-site requests.

mod account;
mod believed;
mod cookies;
mod csrf;
mod expiry;
mod fixation;
mod guide;
mod login;
mod register;
mod routes;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::request::Builder;
use axum::http::{Method, Request};
use horizon_auth_core::domain::policy::Policy;
use horizon_auth_http::config::{HttpConfig, Profile};
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp};
use serde_json::Value;

use crate::support::{ANA, ORIGIN, PASSWORD, credentials};

/// Names behind https.
const SESSION: &str = "__Host-session";
const CSRF: &str = "__Host-csrf";

/// The app behind https with cookies alone.
async fn app() -> TestApp {
    app_with(Kind::Sqlite, Profile::Session, |_| {}).await
}

async fn app_on(kind: Kind) -> TestApp {
    app_with(kind, Profile::Session, |_| {}).await
}

async fn app_with(kind: Kind, profile: Profile, change: impl FnOnce(&mut Policy)) -> TestApp {
    let config = HttpConfig {
        profile,
        ..HttpConfig::new(ORIGIN.into())
    };
    TestApp::with_config(Setup::new(kind).policy(change).start().await, config)
}

/// The cookies of an answer by name; empty ones were removed by it.
fn set_cookies(answer: &Answer) -> BTreeMap<String, String> {
    let lines = answer.headers.get_all(SET_COOKIE).iter();
    lines
        .map(|line| {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

/// A browser: it keeps cookies, and its page sends the token along.
#[derive(Clone, Default)]
pub(crate) struct Browser {
    pub(crate) jar: BTreeMap<String, String>,
    /// What the page sends in `X-CSRF-Token`, if anything.
    pub(crate) token: Option<String>,
}

impl Browser {
    /// Somebody who has just registered.
    pub(crate) async fn registered(app: &TestApp, email: &str) -> Self {
        let mut browser = Self::default();
        let answer = browser
            .post(app, "/auth/register", credentials(email, PASSWORD))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        browser
    }

    /// Somebody who has just logged in.
    pub(crate) async fn logged_in(app: &TestApp, email: &str) -> Self {
        let mut browser = Self::default();
        let answer = browser.login(app, email).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        browser
    }

    pub(crate) async fn login(&mut self, app: &TestApp, email: &str) -> Answer {
        self.post(app, "/auth/login", credentials(email, PASSWORD)).await
    }

    /// The value of the session cookie.
    pub(crate) fn secret(&self) -> &str {
        &self.jar[SESSION]
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("sec-fetch-site", "same-origin");
        if !self.jar.is_empty() {
            let pairs: Vec<_> = self
                .jar
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(COOKIE, pairs.join("; "));
        }
        match &self.token {
            Some(token) => request.header("x-csrf-token", token),
            None => request,
        }
    }

    pub(crate) async fn send(&mut self, app: &TestApp, request: Request<Body>) -> Answer {
        let answer = app.send(request).await;
        for (name, value) in set_cookies(&answer) {
            if name.ends_with("csrf") {
                self.token = (!value.is_empty()).then(|| value.clone());
            }
            if value.is_empty() {
                self.jar.remove(&name);
            } else {
                self.jar.insert(name, value);
            }
        }
        answer
    }

    pub(crate) async fn get(&mut self, app: &TestApp, path: &str) -> Answer {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        self.send(app, request).await
    }

    /// Sends an unsafe request without a body.
    pub(crate) async fn bare(&mut self, app: &TestApp, method: Method, path: &str) -> Answer {
        let request = self.request(method, path).body(Body::empty()).unwrap();
        self.send(app, request).await
    }

    pub(crate) async fn post(&mut self, app: &TestApp, path: &str, body: Value) -> Answer {
        let request = self.request(Method::POST, path);
        let request = request
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        self.send(app, request.unwrap()).await
    }

    /// The status of one's own account: 200 if the cookie is believed.
    pub(crate) async fn me(&self, app: &TestApp) -> u16 {
        self.clone().get(app, "/auth/me").await.status.as_u16()
    }
}

/// The usual person in an app, registered and logged in.
async fn ana(app: &TestApp) -> Browser {
    Browser::registered(app, ANA).await
}
