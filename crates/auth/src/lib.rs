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
//! let _claim = engine.claim().await?; // one process per database
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

pub mod config;
mod engine;
mod keys;
pub mod operator;
mod peppers;
mod worker;

pub use engine::{Engine, OpenError};
pub use horizon_auth_adapters::sql::{ClaimError, MigrateError, MigrationStatus, NodeClaim};
pub use horizon_auth_core::auth::Auth;
pub use horizon_auth_core::crypto::keyring::{GeneratedKey, KeyError, KeyRing, SigningKey, VerifyingKey};
pub use horizon_auth_core::domain::key::{Algorithm, PublishedKey};
pub use horizon_auth_core::error::{Code, Error};
#[cfg(feature = "http")]
pub use horizon_auth_http::{Http, Problem, extract::CurrentUser, pages, router};
pub use keys::{KeysError, key_ring};
pub use peppers::add_pepper;
pub use worker::Worker;
