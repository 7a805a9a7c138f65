//! Storage in PostgreSQL or SQLite, from one SQL text where both allow it.
//!
//! One file per port file, same name. A statement that only one engine
//! understands stands beside its twin and says why. `macros.rs` is the only
//! place that picks the engine; nothing here reads a clock.

#[macro_use]
mod macros;

mod audit;
mod claim;
mod conn;
mod connect;
mod error;
mod facts;
mod keys;
mod migrate;
mod one_time_tokens;
mod outbox;
mod outside_changes;
mod passwords;
mod pool;
mod refresh_tokens;
mod revocations;
mod roles;
mod rotate;
mod sessions;
mod sweep;
mod tenants;
mod types;
mod users;

pub use claim::{ClaimError, NodeClaim, Nodes};
pub use connect::{SqlConfig, SqlStore, UrlError};
pub use migrate::{MigrateError, MigrationStatus};
pub use pool::Pool;
