//! Forward-only migrations, embedded in the program.

use sqlx::migrate::Migrator;

use super::connect::{Engine, SqlStore};

#[cfg(feature = "postgres")]
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
#[cfg(feature = "sqlite")]
static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

/// The schema could not be read or brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    /// A migration failed or does not match what was applied; nothing of it was kept.
    #[error("the schema cannot be migrated")]
    Failed(#[source] sqlx::migrate::MigrateError),
}

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

impl SqlStore {
    /// Brings the schema up to date; does nothing if it is. Two callers at
    /// once wait for each other (an advisory lock on PostgreSQL, the write
    /// lock on SQLite).
    ///
    /// # Errors
    /// [`MigrateError`]; a failed migration is rolled back.
    pub async fn migrate(&self) -> Result<MigrationStatus, MigrateError> {
        self.make_file()
            .map_err(|error| MigrateError::Unreachable(sqlx::Error::Io(error)))?;
        match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => migrate_postgres(pool).await,
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { writer, .. } => migrate_sqlite(writer).await,
        }
        .map_err(MigrateError::Failed)?;
        self.migration_status().await
    }

    /// Compares the database with the program, without changing anything.
    ///
    /// # Errors
    /// [`MigrateError::Unreachable`].
    pub async fn migration_status(&self) -> Result<MigrationStatus, MigrateError> {
        let (known, applied) = match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => (POSTGRES.iter().count(), applied_on_postgres(pool).await),
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { file, .. } if !file.exists() => (SQLITE.iter().count(), Ok(0)),
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { readers, .. } => (SQLITE.iter().count(), applied_on_sqlite(readers).await),
        };
        let applied = applied.map_err(MigrateError::Unreachable)?;
        Ok(MigrationStatus {
            applied: usize::try_from(applied).unwrap_or(0),
            known,
        })
    }
}

/// Which table says what was applied.
#[derive(Clone, Copy)]
enum Ledger {
    /// The engine's own, so that an application can keep its migrations with sqlx in the same database.
    Own,
    /// sqlx's usual one, in databases that were made before there was an own one.
    Usual,
}

impl Ledger {
    /// `has_own`: there is the own table. `has_first`: the usual one holds the first migration of the engine.
    fn of(has_own: bool, has_first: bool) -> Self {
        if has_first && !has_own {
            Self::Usual
        } else {
            Self::Own
        }
    }

    fn migrator(self, all: &Migrator) -> Migrator {
        let mut migrator = Migrator::with_migrations(all.iter().cloned().collect());
        if matches!(self, Self::Own) {
            migrator.dangerous_set_table_name("_horizon_auth_migrations");
        }
        migrator
    }

    /// How many migrations it lists.
    fn count(self) -> &'static str {
        match self {
            Self::Own => "SELECT COUNT(*) FROM _horizon_auth_migrations WHERE success",
            Self::Usual => "SELECT COUNT(*) FROM _sqlx_migrations WHERE success",
        }
    }
}

/// Applications number their migrations from 1 too: only the checksum tells whose it is.
const IS_OURS: &str = "SELECT EXISTS (SELECT 1 FROM _sqlx_migrations WHERE version = $1 AND checksum = $2)";

/// Version and checksum of the first migration.
fn first(all: &Migrator) -> (i64, Vec<u8>) {
    all.iter()
        .next()
        .map_or((0, Vec::new()), |first| (first.version, first.checksum.to_vec()))
}

/// The ledger, and whether there is one yet.
#[cfg(feature = "postgres")]
async fn ledger_on_postgres(conn: &mut sqlx::PgConnection) -> Result<(Ledger, bool), sqlx::Error> {
    let tables = "SELECT to_regclass('_horizon_auth_migrations') IS NOT NULL, to_regclass('_sqlx_migrations') IS NOT NULL";
    let (own, usual): (bool, bool) = sqlx::query_as(tables).fetch_one(&mut *conn).await?;
    let (version, checksum) = first(&POSTGRES);
    let ours = usual
        && sqlx::query_scalar(IS_OURS)
            .bind(version)
            .bind(checksum)
            .fetch_one(conn)
            .await?;
    Ok((Ledger::of(own, ours), own || ours))
}

#[cfg(feature = "sqlite")]
async fn ledger_on_sqlite(conn: &mut sqlx::SqliteConnection) -> Result<(Ledger, bool), sqlx::Error> {
    let tables = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_horizon_auth_migrations'),
                         EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')";
    let (own, usual): (bool, bool) = sqlx::query_as(tables).fetch_one(&mut *conn).await?;
    let (version, checksum) = first(&SQLITE);
    let ours = usual
        && sqlx::query_scalar(IS_OURS)
            .bind(version)
            .bind(checksum)
            .fetch_one(conn)
            .await?;
    Ok((Ledger::of(own, ours), own || ours))
}

#[cfg(feature = "postgres")]
async fn applied_on_postgres(pool: &sqlx::PgPool) -> Result<i64, sqlx::Error> {
    let mut conn = pool.acquire().await?;
    match ledger_on_postgres(&mut conn).await? {
        (ledger, true) => sqlx::query_scalar(ledger.count()).fetch_one(&mut *conn).await,
        (_, false) => Ok(0),
    }
}

#[cfg(feature = "sqlite")]
async fn applied_on_sqlite(readers: &sqlx::SqlitePool) -> Result<i64, sqlx::Error> {
    let mut conn = readers.acquire().await?;
    match ledger_on_sqlite(&mut conn).await? {
        (ledger, true) => sqlx::query_scalar(ledger.count()).fetch_one(&mut *conn).await,
        (_, false) => Ok(0),
    }
}

/// A migration, or the wait for another migrator, may take longer than any statement of a request.
#[cfg(feature = "postgres")]
async fn migrate_postgres(pool: &sqlx::PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    let mut conn = pool.acquire().await?.detach();
    sqlx::query("SET statement_timeout = 0")
        .execute(&mut conn)
        .await?;
    let (ledger, _) = ledger_on_postgres(&mut conn).await?;
    ledger
        .migrator(&POSTGRES)
        .run_direct(None, &mut conn, false)
        .await?;
    Ok(sqlx::Connection::close(conn).await?)
}

/// The migrator itself takes no lock on SQLite: two of them would both find nothing applied.
#[cfg(feature = "sqlite")]
async fn migrate_sqlite(writer: &sqlx::SqlitePool) -> Result<(), sqlx::migrate::MigrateError> {
    let mut tx = begin_sqlite(writer).await?;
    let (ledger, _) = ledger_on_sqlite(&mut tx).await?;
    ledger.migrator(&SQLITE).run_direct(None, &mut *tx, false).await?;
    Ok(tx.commit().await?)
}

/// Opening a new file turns the write-ahead log on, and for that one step SQLite does not wait for others.
#[cfg(feature = "sqlite")]
async fn begin_sqlite(
    writer: &sqlx::SqlitePool,
) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, sqlx::Error> {
    const ATTEMPTS: u32 = 100;
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);
    const BUSY: &str = "5";
    for _ in 1..ATTEMPTS {
        match writer.begin_with("BEGIN IMMEDIATE").await {
            Err(sqlx::Error::Database(cause)) if cause.code().as_deref() == Some(BUSY) => {
                tokio::time::sleep(PAUSE).await;
            }
            outcome => return outcome,
        }
    }
    writer.begin_with("BEGIN IMMEDIATE").await
}
