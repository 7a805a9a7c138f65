//! Storage: small traits, one per noun, joined in [`Db`].
//!
//! Rules of the port: it is told the time and handed finished ids; "not there"
//! is `None`; every method of a tenant's table takes the tenant; method names
//! are unique in the workspace, so one search finds port, SQL and callers.
//! Lock order everywhere: the user's row before rows of its sessions.

mod audit;
mod keys;
mod lives;
mod one_time_tokens;
mod outbox;
mod outside_changes;
mod passwords;
mod refresh_tokens;
mod revocations;
mod roles;
mod sessions;
mod sweep;
mod tenants;
mod users;

use std::time::Duration;

use async_trait::async_trait;

pub use audit::Audit;
pub use keys::Keys;
pub use lives::Lives;
pub use one_time_tokens::OneTimeTokens;
pub use outbox::Outbox;
pub use outside_changes::OutsideChanges;
pub use passwords::Passwords;
pub use refresh_tokens::RefreshTokens;
pub use revocations::Revocations;
pub use roles::Roles;
pub use sessions::Sessions;
pub use sweep::{Sweep, SweepTarget};
pub use tenants::Tenants;
pub use users::Users;

use crate::domain::measure::{Calls, Connections};
use crate::domain::refresh::{Rotation, RotationOutcome};

/// The storage did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, is full, locked or shutting down; trying again may help.
    #[error("storage unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It holds something that it never should.
    #[error("storage is corrupt")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// A row that breaks a rule of ours.
    #[must_use]
    pub fn corrupt(what: &'static str) -> Self {
        Self::Corrupt(what.into())
    }

    /// Whether trying again cannot help.
    #[must_use]
    pub const fn is_corrupt(&self) -> bool {
        matches!(self, Self::Corrupt(_))
    }
}

/// Short for results of this port.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A database, whichever engine.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// A connection for single reads, each its own transaction.
    async fn db(&self) -> Result<Box<dyn Db>>;

    /// A transaction that may write. Dropped without [`Tx::commit`], it leaves nothing behind.
    async fn begin(&self) -> Result<Box<dyn Tx>>;

    /// Trades a refresh token for its child, or changes nothing: one atomic
    /// step that holds the session's row, so that no rotation can slip past a
    /// revocation (`Rotation` says what is written).
    async fn rotate_refresh_token(&self, rotation: &Rotation) -> Result<RotationOutcome>;

    /// Asks the database for a sign of life and measures the answer.
    async fn ping(&self) -> Result<Duration>;

    /// How its calls went since the start, by kind.
    fn calls(&self) -> Vec<Calls>;

    /// Its connections now, pool by pool.
    fn connections(&self) -> Vec<Connections>;
}

/// Everything that can be read or written.
pub trait Db:
    Audit
    + Keys
    + Lives
    + OneTimeTokens
    + Outbox
    + OutsideChanges
    + Passwords
    + RefreshTokens
    + Revocations
    + Roles
    + Sessions
    + Sweep
    + Tenants
    + Users
    + Send
{
}

/// An open transaction.
#[async_trait]
pub trait Tx: Db {
    /// Makes everything permanent. On an error it is unknown whether that happened.
    async fn commit(self: Box<Self>) -> Result<()>;
}
