//! Authentication for axum applications: Argon2id passwords, signed access tokens or session cookies, rotating
//! refresh tokens with reuse detection, roles, tenants, and revocation that holds. One engine; the program
//! `horizon-auth` serves the same routes alone.
//!
//! # In 60 seconds
//!
//! ```no_run
//! # #[cfg(all(feature = "http", feature = "sqlite"))]
//! # mod app {
//! use std::net::SocketAddr;
//!
//! use axum::{Router, routing::get};
//! use horizon_auth::{Auth, CurrentUser};
//!
//! async fn hello(user: CurrentUser) -> String {
//!     format!("Hello, {}", user.email)
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let auth = Auth::builder().database("sqlite:app.db").start().await?;
//!
//!     let app = auth
//!         .protect(Router::new().route("/hello", get(hello))) // nobody without credentials
//!         .public(auth.router()) // register, log in, refresh, log out, and what else there is
//!         .with_state(auth.clone());
//!
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     let app = app.into_make_service_with_connect_info::<SocketAddr>();
//!     axum::serve(listener, app).await?;
//!     auth.shutdown().await;
//!     Ok(())
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! ```sh
//! curl -X POST localhost:3000/auth/register -H 'content-type: application/json' \
//!      -d '{"email":"ana@example.com","password":"correct horse battery staple"}'
//! curl localhost:3000/hello -H 'authorization: Bearer <accessToken of the answer>'
//! ```
//!
//! That is development: tables are made, the signing key is made and kept beside the database, mails become files.
//! Production is a configuration, which [`Builder::config`] takes; `examples/` holds whole applications.
//!
//! # What there is
//!
//! - **Who calls**: [`CurrentUser`] in a handler (401 without valid credentials), `Option<CurrentUser>` where it does
//!   not matter, [`CurrentTenant`]; [`Auth::protect`] closes whole routers, [`Auth::require_role`] and
//!   [`Auth::require_any_role`] ask for more, [`Auth::csrf`] is for routes that ask nobody.
//! - **Tokens or cookies**: `.set("http.profile", "session")` for opaque session cookies with tokens against
//!   cross-site requests, `"both"` for both.
//! - **Every use case as a call**: [`Auth`] gives the methods of [`AuthCore`], `auth.register(..)`, `auth.login(..)`,
//!   `auth.list_sessions(..)`; [`commands`] has what they take, [`types`] the words, [`operator`] what only operators do.
//! - **What happens**: [`AuthCore::subscribe_events`], and one log line each.
//! - **How it is**: [`Auth::metrics`] has it in numbers, for Prometheus or whatever the application uses.
//! - **Your own parts**: [`Builder::pool`], [`Builder::mailer`], [`Builder::clock`], [`Builder::tenant`].
//!
//! # Features
//!
//! They choose adapters and front ends, never behaviour.
//!
//! | feature | brings |
//! |---|---|
//! | `http` (default) | routes, extractors and layers for axum |
//! | `pages` (default) | hosted pages for the links in mails, and to log in for single sign-on |
//! | `openapi` | the routes as an OpenAPI document, and a page that shows it, in development |
//! | `sqlite` (default), `postgres` | the database; one is needed |
//! | `redis` | many nodes on one PostgreSQL |
//! | `smtp`, `mail-http` | mail by SMTP; by Resend or SendGrid |
//! | `sso-client` | people who log in elsewhere: `SsoClient` |
//! | `breaches` | new passwords are looked up in a list of breached ones |
//! | `pbkdf2`, `scrypt` | imported hashes of these kinds |
//!
//! # A mailer of your own
//!
//! ```
//! # #[cfg(feature = "sqlite")]
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use horizon_auth::{Auth, MailError, Mailer, OutgoingMail};
//!
//! #[derive(Debug)]
//! struct Pigeons;
//!
//! #[async_trait::async_trait]
//! impl Mailer for Pigeons {
//!     async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
//!         // `mail.message_id` is the same in every attempt: a mail may come twice.
//!         send_pigeon(mail.to.written(), mail.words.subject.as_str(), &mail.words.text)
//!             .map_err(|_| MailError::Temporary("no pigeon is home".to_owned()))
//!     }
//! }
//! # fn send_pigeon(_: &str, _: &str, _: &str) -> Result<(), ()> { Ok(()) }
//!
//! let auth = Auth::builder()
//!     .database("sqlite:app.db")
//!     .mailer(Arc::new(Pigeons))
//!     .start()
//!     .await?;
//! # Ok(())
//! # }
//! ```

mod brought;
mod builder;
mod caches;
pub mod commands;
pub mod config;
mod development;
mod development_key;
pub mod doctor;
#[cfg(feature = "sqlite")]
pub mod drill;
mod engine;
pub mod events;
mod handle;
mod keys;
mod mail;
pub mod metrics;
pub mod operator;
mod options;
mod peppers;
mod schema;
mod service_secret;
#[cfg(feature = "sso-client")]
mod sso_client;
pub mod types;
mod worker;

pub use builder::{Builder, StartError};
pub use config::SettingValue;
pub use engine::{Engine, OpenError};
pub use handle::Auth;
pub use horizon_auth_adapters::mail::{Templates, TemplatesError};
pub use horizon_auth_adapters::sql::{
    ClaimError, Drift, ListedMigration, MigrateError, MigrationStatus, NodeClaim, Patience, Pool, Progress,
    Standing,
};
pub use horizon_auth_core::auth::Auth as AuthCore;
pub use horizon_auth_core::crypto::keyring::{GeneratedKey, KeyError, KeyRing, SigningKey, VerifyingKey};
pub use horizon_auth_core::domain::key::{Algorithm, PublishedKey};
pub use horizon_auth_core::domain::key_state::{KeyRefusal, KeyState, KeyTimes, StoredKey};
pub use horizon_auth_core::domain::mail::{
    HeaderText, MailContext, MailKind, OutgoingMail, RenderedMail, Sender,
};
pub use horizon_auth_core::error::{Code, Error};
pub use horizon_auth_core::flows::{KeySet, NextKey};
pub use horizon_auth_core::ports::cache::CacheError;
pub use horizon_auth_core::ports::clock::Clock;
pub use horizon_auth_core::ports::mailer::{MailError, MailTemplates, Mailer};
#[cfg(feature = "pages")]
pub use horizon_auth_http::pages;
#[cfg(feature = "http")]
pub use horizon_auth_http::{
    Gate, Http, Problem, Route, SafeUser, TenantExtractor, Who, documentation_routes,
    extract::{CurrentTenant, CurrentUser, LateBody},
    layers::{Csrf, Protected, RequireRole, protect},
    router, routes, sso_routes,
};
#[cfg(feature = "openapi")]
pub use horizon_auth_http::{documentation, openapi};
pub use keys::{KeysError, example_key, fresh_sealing_key, key_ring};
pub use mail::MailSetupError;
pub use metrics::Metrics;
pub use options::Options;
pub use peppers::add_pepper;
pub use schema::SchemaError;
#[cfg(feature = "sso-client")]
pub use sso_client::{SsoClient, SsoClientError};
pub use worker::Worker;
