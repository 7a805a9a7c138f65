//! Authentication for axum applications: Argon2id passwords, signed access
//! tokens, rotating refresh tokens with reuse detection, and revocation that
//! holds. One engine; the program `horizon-auth` serves the same routes alone.
//!
//! ```
//! # #[cfg(all(feature = "http", feature = "sqlite"))]
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! use horizon_auth::config::Config;
//! use horizon_auth::{CurrentUser, Engine, Http, router};
//!
//! async fn hello(user: CurrentUser) -> String {
//!     format!("Hello, {}", user.email)
//! }
//!
//! let config = Config::from_toml(&std::fs::read_to_string("horizon-auth.toml")?)?;
//! let engine = Engine::open(&config)?;
//! let _claim = engine.claim().await?; // one process per database, or many that share Redis
//! engine.migrate().await?;
//! engine.auth().prepare().await?;
//! let http = Http::new(engine.auth().clone(), config.http.clone());
//! let app: axum::Router = axum::Router::new()
//!     .route("/hello", axum::routing::get(hello))
//!     .with_state(http.clone())
//!     .merge(router(http));
//! # Ok(())
//! # }
//! ```
//!
//! A [`Worker`] sends the mails that wait in the database, by the transport of the configuration or
//! by one of your own:
//!
//! ```
//! # #[cfg(feature = "sqlite")]
//! # async fn start(config: horizon_auth::config::Config) -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use horizon_auth::{Engine, MailError, Mailer, OutgoingMail, Worker};
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
//! let engine = Engine::open_with_mailer(&config, Arc::new(Pigeons))?;
//! let worker = Worker::start(engine.auth().clone());
//! // … until the program ends:
//! worker.stop().await;
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
#[cfg(feature = "sqlite")]
pub mod drill;
mod engine;
pub mod events;
mod handle;
mod keys;
mod mail;
pub mod operator;
mod peppers;
mod schema;
pub mod types;
mod worker;

#[cfg(feature = "http")]
pub use builder::TenantExtractor;
pub use builder::{Builder, StartError};
pub use engine::{Engine, OpenError};
pub use handle::Auth;
pub use horizon_auth_adapters::mail::{Templates, TemplatesError};
pub use horizon_auth_adapters::sql::{ClaimError, MigrateError, MigrationStatus, NodeClaim, Pool};
pub use horizon_auth_core::auth::Auth as AuthCore;
pub use horizon_auth_core::crypto::keyring::{GeneratedKey, KeyError, KeyRing, SigningKey, VerifyingKey};
pub use horizon_auth_core::domain::key::{Algorithm, PublishedKey};
pub use horizon_auth_core::domain::key_state::{KeyRefusal, KeyState, KeyTimes, StoredKey};
pub use horizon_auth_core::domain::mail::{
    HeaderText, MailContext, MailKind, OutgoingMail, RenderedMail, Sender,
};
pub use horizon_auth_core::error::{Code, Error};
pub use horizon_auth_core::flows::{KeySet, NextKey};
pub use horizon_auth_core::ports::clock::Clock;
pub use horizon_auth_core::ports::mailer::{MailError, MailTemplates, Mailer};
#[cfg(feature = "http")]
pub use horizon_auth_http::{
    Gate, Http, Problem, Route, Who,
    extract::{CurrentTenant, CurrentUser},
    layers::{Protected, RequireRole, protect},
    pages, router, routes,
};
pub use keys::{KeysError, fresh_sealing_key, key_ring};
pub use mail::MailSetupError;
pub use peppers::add_pepper;
pub use schema::SchemaError;
pub use worker::Worker;
