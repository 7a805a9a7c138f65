//! Forward-only migrations, embedded in the program.
//!
//! Each is one transaction with its row in the list of what was applied; on SQLite all that are missing are one.
//! So a process that is killed leaves the schema as it was before a migration or as it is after it.

mod advice;
mod ledger;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::sync::LazyLock;
use std::time::Duration;

use sqlx::migrate::{Migrate, Migrator};

use super::connect::{Engine, SqlStore};
use super::migrations;
use crate::schema::{ListedMigration, MigrateError, MigrationStatus, Patience, Progress, Standing};
pub(super) use advice::unreadable;
use ledger::Ledger;

#[cfg(feature = "postgres")]
pub(super) static POSTGRES: LazyLock<Migrator> = LazyLock::new(migrations::postgres);
#[cfg(feature = "sqlite")]
pub(super) static SQLITE: LazyLock<Migrator> = LazyLock::new(migrations::sqlite);

impl SqlStore {
    /// Brings the schema up to date; does nothing if it is. Two callers at
    /// once wait for each other (an advisory lock on PostgreSQL, the write
    /// lock on SQLite).
    ///
    /// # Errors
    /// [`MigrateError`]; a failed migration is rolled back.
    pub async fn migrate(&self) -> Result<MigrationStatus, MigrateError> {
        self.apply_migrations(Patience::default(), &mut log).await?;
        self.migration_status().await
    }

    /// The same with a say in how long to wait, and told how it goes; how many were applied.
    ///
    /// # Errors
    /// [`MigrateError`]; what was applied before a failure stays on PostgreSQL, on SQLite nothing does.
    pub async fn apply_migrations(
        &self,
        patience: Patience,
        progress: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<usize, MigrateError> {
        self.make_file()
            .map_err(|error| advice::unreadable(sqlx::Error::Io(error)))?;
        match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => postgres::apply(pool, patience, progress).await,
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { writer, .. } => sqlite::apply(writer, patience, progress).await,
        }
    }

    /// Compares the database with the program, without changing anything.
    ///
    /// # Errors
    /// [`MigrateError::Unreachable`], [`MigrateError::Unreadable`].
    pub async fn migration_status(&self) -> Result<MigrationStatus, MigrateError> {
        Ok(MigrationStatus::of(&self.list_migrations().await?))
    }

    /// All migrations that the database has or this program knows, in order. Changes nothing; a file of SQLite that
    /// is not there is not made.
    ///
    /// # Errors
    /// [`MigrateError::Unreachable`], [`MigrateError::Unreadable`].
    pub async fn list_migrations(&self) -> Result<Vec<ListedMigration>, MigrateError> {
        match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => {
                let listed = async { ledger::list_on_postgres(&mut *pool.acquire().await?).await };
                Ok(listed.await.map_err(advice::unreadable)?.1)
            }
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { file, .. } if !file.exists() => Ok(ledger::listed(&SQLITE, &[])),
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { readers, .. } => {
                let listed = async { ledger::list_on_sqlite(&mut *readers.acquire().await?).await };
                Ok(listed.await.map_err(advice::unreadable)?.1)
            }
        }
    }
}

/// For a process whose output nobody watches.
fn log(progress: Progress<'_>) {
    match progress {
        Progress::Waiting { holder, .. } => {
            tracing::info!(holder, "waiting: another process holds the schema");
        }
        Progress::Applying { .. } => {}
        Progress::Applied { name, took } => tracing::info!(name, ?took, "a migration was applied"),
    }
}

/// Applies what is missing, one after the other; tells where each begins, and how long each took. How many there were.
async fn apply_missing<C: Migrate>(
    conn: &mut C,
    all: &'static Migrator,
    (ledger, listed): (Ledger, &[ListedMigration]),
    mut progress: impl FnMut(&str, Option<Duration>) + Send,
) -> Result<usize, MigrateError> {
    expect_sound(listed)?;
    if !listed.iter().any(|one| one.standing == Standing::Pending) {
        return Ok(0); // also for a role that may not change the schema
    }
    let ensured = conn.ensure_migrations_table(ledger.table()).await;
    ensured.map_err(|error| advice::unreadable(advice::cause(error)))?;
    let mut applied = 0;
    for migration in all.iter() {
        let missing =
            |one: &&ListedMigration| one.version == migration.version && one.standing == Standing::Pending;
        let Some(pending) = listed.iter().find(missing) else {
            continue;
        };
        progress(&pending.name, None);
        let took = conn.apply(ledger.table(), migration).await;
        let took = took.map_err(|error| advice::failed(&pending.name, error))?;
        progress(&pending.name, Some(took));
        applied += 1;
    }
    Ok(applied)
}

/// Refuses to build on what this program does not know.
fn expect_sound(listed: &[ListedMigration]) -> Result<(), MigrateError> {
    let first = |standing| listed.iter().find(move |one| one.standing == standing);
    let named = |one: &ListedMigration| one.name.clone();
    if let Some(one) = first(Standing::Unfinished) {
        return Err(MigrateError::Unfinished { name: named(one) });
    }
    if let Some(one) = first(Standing::Unknown) {
        return Err(MigrateError::Unknown { name: named(one) });
    }
    if let Some(one) = first(Standing::Edited) {
        return Err(MigrateError::Edited { name: named(one) });
    }
    Ok(())
}
