//! Opening a database by URL.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use horizon_auth_core::domain::measure::{Calls, Connections};
use horizon_auth_core::domain::refresh::{Rotation, RotationOutcome};
use horizon_auth_core::ports::store::{Db, Result, Store, StoreError, Tx};
#[cfg(feature = "postgres")]
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
#[cfg(feature = "sqlite")]
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::conn::{Open, Pooled, Sql};
use super::error::store_error;
use super::meter::{Meter, Timing};

/// How to reach the database.
#[derive(Clone)]
pub struct SqlConfig {
    /// `postgres://…`, or `sqlite:FILE`.
    pub url: String,
    /// Most connections (PostgreSQL), or most readers beside the one writer (SQLite).
    pub max_connections: u32,
}

impl std::fmt::Debug for SqlConfig {
    // The URL may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlConfig")
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// The database URL cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Neither a supported scheme nor one compiled in.
    #[error(
        "the database URL must begin with `sqlite:` or `postgres://`, and that engine must be compiled in"
    )]
    Scheme,
    /// The rest of the URL is not valid.
    #[error("the database URL is not valid")]
    Invalid,
    /// SQLite in memory, which lives in one connection.
    #[error("SQLite must use a file: each connection to a database in memory may see another one")]
    InMemory,
}

/// A pool of connections to either engine. Clones share it.
#[derive(Clone, Debug)]
pub struct SqlStore(pub(super) Engine, Owner, pub(super) Arc<Meter>);

/// Whose the connections are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Store,
    /// The application, which lent its pool: whoever opened it closes it.
    #[cfg(feature = "postgres")]
    Application,
}

#[derive(Clone, Debug)]
pub(super) enum Engine {
    #[cfg(feature = "postgres")]
    Pg(PgPool),
    /// SQLite allows one writer at a time; giving it one connection turns lock
    /// errors into waiting.
    #[cfg(feature = "sqlite")]
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        file: std::path::PathBuf,
    },
}

/// Longest wait for a connection; a client is better served by a 503 than by more waiting.
pub(super) const ACQUIRE: Duration = Duration::from_secs(5);

impl SqlStore {
    /// Prepares a pool; connections are opened when they are needed.
    ///
    /// # Errors
    /// A [`UrlError`] that never repeats the URL, since it may hold a password.
    pub fn new(config: &SqlConfig) -> std::result::Result<Self, UrlError> {
        #[cfg(feature = "postgres")]
        if config.url.starts_with("postgres://") || config.url.starts_with("postgresql://") {
            return Self::postgres(config);
        }
        #[cfg(feature = "sqlite")]
        if config.url.starts_with("sqlite:") {
            return Self::sqlite(config);
        }
        Err(UrlError::Scheme)
    }

    #[cfg(feature = "postgres")]
    fn postgres(config: &SqlConfig) -> std::result::Result<Self, UrlError> {
        let options: PgConnectOptions = config.url.parse().map_err(|_| UrlError::Invalid)?;
        // No statement of ours is slow: one that is hangs on a lock or a sick server.
        let options = options.application_name("horizon-auth").options([
            ("statement_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "30s"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(config.max_connections)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false) // costs a round trip per request; a dead connection shows itself
            .connect_lazy_with(options);
        Ok(Self(Engine::Pg(pool), Owner::Store, Arc::default()))
    }

    #[cfg(feature = "sqlite")]
    fn sqlite(config: &SqlConfig) -> std::result::Result<Self, UrlError> {
        let options: SqliteConnectOptions = config.url.parse().map_err(|_| UrlError::Invalid)?;
        Ok(Self::sqlite_file(options, config.max_connections))
    }

    /// One writer and some readers of the file.
    #[cfg(feature = "sqlite")]
    pub(super) fn sqlite_file(options: SqliteConnectOptions, max_connections: u32) -> Self {
        let file = options.get_filename().to_owned();
        let common = options.foreign_keys(true).busy_timeout(ACQUIRE);
        // FULL: with less, a power cut can lose the last commit and a used token would live again.
        let writer = common
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE)
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        let engine = Engine::Sqlite {
            writer: pool(1).connect_lazy_with(writer),
            readers: pool(max_connections.clamp(1, 8)).connect_lazy_with(common.read_only(true)),
            file,
        };
        Self(engine, Owner::Store, Arc::default())
    }

    #[cfg(feature = "postgres")]
    pub(super) fn lent(pool: PgPool) -> Self {
        Self(Engine::Pg(pool), Owner::Application, Arc::default())
    }

    /// Closes all connections after their current statement; a pool that was lent stays open.
    pub async fn close(&self) {
        if self.1 != Owner::Store {
            return;
        }
        match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => pool.close().await,
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await; // last: its close folds the write-ahead log back
            }
        }
    }

    /// Makes a missing SQLite file, readable by its owner only; SQLite gives its side files the same mode.
    pub(super) fn make_file(&self) -> std::io::Result<()> {
        match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(_) => Ok(()),
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { file, .. } => {
                // Never opens one that is there: the close would take the locks away that SQLite holds on it in this
                // process, and another process would remove the write-ahead log under our feet.
                let mut options = std::fs::OpenOptions::new();
                options.append(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                match options.open(file) {
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
                    made => made.map(drop),
                }
            }
        }
    }

    pub(super) async fn open(&self) -> Result<Sql<Open>> {
        let timing = Timing::of_connect();
        let open = match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => pool.begin().await.map(Open::Pg),
            // IMMEDIATE: a deferred transaction that upgrades to writing fails instead of waiting.
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Open::Sqlite),
        };
        let open = open.map_err(store_error);
        timing.end(&self.2.connect, &open);
        Ok(Sql::new(open?, Arc::clone(&self.2)))
    }

    fn pools(&self) -> Vec<Connections> {
        match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => vec![connections("postgres", pool)],
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { writer, readers, .. } => vec![
                connections("sqlite_writer", writer),
                connections("sqlite_readers", readers),
            ],
        }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn db(&self) -> Result<Box<dyn Db>> {
        let timing = Timing::of_connect();
        let pooled = match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => pool.acquire().await.map(Pooled::Pg),
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { readers, .. } => readers.acquire().await.map(Pooled::Sqlite),
        };
        let pooled = pooled.map_err(store_error);
        timing.end(&self.2.connect, &pooled);
        Ok(Box::new(Sql::new(pooled?, Arc::clone(&self.2))))
    }

    async fn begin(&self) -> Result<Box<dyn Tx>> {
        Ok(Box::new(self.open().await?))
    }

    async fn rotate_refresh_token(&self, rotation: &Rotation) -> Result<RotationOutcome> {
        self.rotate(rotation).await
    }

    async fn ping(&self) -> Result<Duration> {
        let started = Instant::now();
        // A write transaction: on SQLite it fails where nothing can be written. PostgreSQL must be asked.
        let mut open = self.open().await?;
        let (read_only,) = sql!(
            fetch_one (String,),
            open,
            postgres: "SELECT current_setting('transaction_read_only')",
            sqlite: "SELECT 'off'",
        )?;
        if read_only != "off" {
            return Err(StoreError::Unavailable("the database is read-only".into()));
        }
        Ok(started.elapsed())
    }

    fn calls(&self) -> Vec<Calls> {
        self.2.read()
    }

    fn connections(&self) -> Vec<Connections> {
        self.pools()
    }
}

fn connections<D: sqlx::Database>(name: &'static str, pool: &sqlx::Pool<D>) -> Connections {
    let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
    Connections {
        pool: name,
        used: pool.size().saturating_sub(idle),
        idle,
        most: pool.options().get_max_connections(),
    }
}
