//! What stands in for `sql` when no database engine is compiled in: it has the same names, and no store can be made.

use std::convert::Infallible;
use std::time::Duration;

use async_trait::async_trait;
use horizon_auth_core::domain::refresh::{Rotation, RotationOutcome};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::clock::Clock;
use horizon_auth_core::ports::store::{Db, Result, Store, Tx};

use crate::facts::{ServerFacts, TableFacts};

/// How to reach the database.
#[derive(Clone)]
pub struct SqlConfig {
    /// Some URL.
    pub url: String,
    /// Most connections.
    pub max_connections: u32,
}

impl std::fmt::Debug for SqlConfig {
    // The URL may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlConfig").finish_non_exhaustive()
    }
}

/// The database URL cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// No engine is compiled in.
    #[error("no database engine is compiled in: build with the feature `sqlite` or `postgres`")]
    NoEngine,
}

/// A pool that an application already has; without an engine there is none.
#[derive(Clone, Debug)]
pub struct Pool(Infallible);

/// A store; without an engine there is none.
#[derive(Clone, Debug)]
pub struct SqlStore(Infallible);

/// Who may serve a database at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nodes {
    /// One process.
    One,
    /// Any number of processes that share Redis.
    Many,
}

/// The database could not be claimed; without an engine that is never said.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another process serves from this database.
    #[error("another process uses this database")]
    Taken,
    /// A process that does not share Redis serves from this database.
    #[error("a process without Redis uses this database")]
    TakenByOne,
}

/// Proof that this process may serve; without an engine there is none.
#[derive(Debug)]
pub struct NodeClaim(Infallible);

/// The schema could not be read or brought up to date; without an engine that is never said.
#[derive(Debug, thiserror::Error)]
#[error("no database engine is compiled in")]
pub struct MigrateError;

/// How far the schema is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Migrations that the database has.
    pub applied: usize,
    /// Migrations that this program brings along.
    pub known: usize,
}

impl MigrationStatus {
    /// Whether the program and the database fit together.
    #[must_use]
    pub const fn is_current(self) -> bool {
        self.applied == self.known
    }
}

impl Pool {
    /// The file, if it is a pool of SQLite.
    #[must_use]
    pub fn file(&self) -> Option<std::path::PathBuf> {
        match self.0 {}
    }
}

#[expect(clippy::unused_async, reason = "with an engine, these wait")]
impl NodeClaim {
    /// Gives the claim up.
    pub async fn release(self) {
        match self.0 {}
    }

    /// Keeps the claim.
    pub async fn keep(&mut self) -> ClaimError {
        match self.0 {}
    }
}

#[expect(clippy::unused_async, reason = "with an engine, these wait")]
impl SqlStore {
    /// Refuses.
    ///
    /// # Errors
    /// [`UrlError::NoEngine`], always.
    pub fn new(_config: &SqlConfig) -> std::result::Result<Self, UrlError> {
        Err(UrlError::NoEngine)
    }

    /// A store in the database of an application's pool.
    ///
    /// # Errors
    /// None: there is no such pool.
    pub fn on_pool(pool: Pool, _max_readers: u32) -> std::result::Result<Self, UrlError> {
        match pool.0 {}
    }

    /// Claims the database.
    ///
    /// # Errors
    /// None: there is no such store.
    pub async fn claim(&self, _nodes: Nodes) -> std::result::Result<NodeClaim, ClaimError> {
        match self.0 {}
    }

    /// Claims the database at once or not at all.
    ///
    /// # Errors
    /// None: there is no such store.
    pub async fn try_claim(&self, _nodes: Nodes) -> std::result::Result<NodeClaim, ClaimError> {
        match self.0 {}
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// None: there is no such store.
    pub async fn migrate(&self) -> std::result::Result<MigrationStatus, MigrateError> {
        match self.0 {}
    }

    /// Compares the database with the program.
    ///
    /// # Errors
    /// None: there is no such store.
    pub async fn migration_status(&self) -> std::result::Result<MigrationStatus, MigrateError> {
        match self.0 {}
    }

    /// What the engine is like.
    ///
    /// # Errors
    /// None: there is no such store.
    pub async fn server_facts(&self, _clock: &dyn Clock) -> Result<ServerFacts> {
        match self.0 {}
    }

    /// What is in the tables.
    ///
    /// # Errors
    /// None: there is no such store.
    pub async fn table_facts(&self, _now: Timestamp) -> Result<TableFacts> {
        match self.0 {}
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match self.0 {}
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn db(&self) -> Result<Box<dyn Db>> {
        match self.0 {}
    }

    async fn begin(&self) -> Result<Box<dyn Tx>> {
        match self.0 {}
    }

    async fn rotate_refresh_token(&self, _rotation: &Rotation) -> Result<RotationOutcome> {
        match self.0 {}
    }

    async fn ping(&self) -> Result<Duration> {
        match self.0 {}
    }
}
