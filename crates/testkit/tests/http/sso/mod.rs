//! A server that applications on other origins share.

mod cors;
mod introspect;
mod introspect_sessions;
mod login;
mod login_refused;
mod origins;

use horizon_auth_core::domain::policy::Policy;
use horizon_auth_http::config::{CookieConfig, HttpConfig, Profile};
use horizon_auth_http::sso::{Redirect, ServiceClient, SsoConfig};
use horizon_auth_testkit::{Kind, Setup, TestApp};

use crate::support::ORIGIN;

/// An application that shares the log-in.
const APP: &str = "https://app.example.com";
/// Its secret.
const SECRET: &str = "0123456789abcdef0123456789abcdef";

async fn server(profile: Profile) -> TestApp {
    server_with(profile, |_| {}).await
}

async fn server_with(profile: Profile, change: impl FnOnce(&mut Policy)) -> TestApp {
    let config = HttpConfig {
        profile,
        cookie: CookieConfig {
            secure: true,
            domain: Some("example.com".to_owned()),
        },
        sso: Some(SsoConfig {
            allowed_origins: vec![APP.to_owned(), "https://blog.example.com:8443".to_owned()],
            redirects: vec![Redirect::parse(APP).unwrap()],
            trust_dev_localhost: false,
            clients: vec![ServiceClient::new("shop", SECRET).unwrap()],
        }),
        ..HttpConfig::new(ORIGIN.into())
    };
    TestApp::with_config(Setup::new(Kind::Sqlite).policy(change).start().await, config)
}
