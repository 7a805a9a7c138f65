//! The table that says which migrations were applied.

use std::time::Duration;

use sqlx::migrate::{Migration, Migrator};

#[cfg(feature = "postgres")]
use super::POSTGRES;
#[cfg(feature = "sqlite")]
use super::SQLITE;
use crate::schema::{ListedMigration, Standing};

/// Which table that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ledger {
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

    pub(super) const fn table(self) -> &'static str {
        match self {
            Self::Own => "_horizon_auth_migrations",
            Self::Usual => "_sqlx_migrations",
        }
    }
}

row! {
    /// A row of it.
    pub(super) struct LedgerRow {
        version: i64,
        description: String,
        applied_at: Option<String>,
        success: bool,
        checksum: Vec<u8>,
        execution_time: i64,
    }
}

/// What the rows say about the migrations of this program, by number.
pub(super) fn listed(all: &'static Migrator, rows: &[LedgerRow]) -> Vec<ListedMigration> {
    let of_row = |row: &LedgerRow, known: Option<&'static Migration>| ListedMigration {
        version: row.version,
        name: known.map_or_else(|| named(row.version, &row.description), name_of),
        standing: match known {
            _ if !row.success => Standing::Unfinished,
            None => Standing::Unknown,
            Some(known) if *known.checksum == row.checksum => Standing::Applied,
            Some(_) => Standing::Edited,
        },
        applied_at: row.applied_at.clone(),
        took: u64::try_from(row.execution_time).ok().map(Duration::from_nanos),
        sql: known.map(|known| known.sql.as_str()),
    };
    let pending = |known: &'static Migration| ListedMigration {
        version: known.version,
        name: name_of(known),
        standing: Standing::Pending,
        applied_at: None,
        took: None,
        sql: Some(known.sql.as_str()),
    };
    let row_of = |version| rows.iter().find(move |row| row.version == version);
    let known = |version| all.iter().find(move |known| known.version == version);
    let ours = all.iter().map(|known| match row_of(known.version) {
        Some(row) => of_row(row, Some(known)),
        None => pending(known),
    });
    let foreign = rows.iter().filter(|row| known(row.version).is_none());
    let mut listed: Vec<_> = ours.chain(foreign.map(|row| of_row(row, None))).collect();
    listed.sort_by_key(|one| one.version);
    listed
}

fn name_of(migration: &Migration) -> String {
    named(migration.version, &migration.description)
}

/// As the file is called.
fn named(version: i64, description: &str) -> String {
    format!("{version:04}_{}", description.replace(' ', "_"))
}

/// Applications number their migrations from 1 too: only the checksum tells whose it is.
const IS_OURS: &str = "SELECT EXISTS (SELECT 1 FROM _sqlx_migrations WHERE version = $1 AND checksum = $2)";

/// Version and checksum of the first migration.
fn first(all: &Migrator) -> (i64, Vec<u8>) {
    all.iter()
        .next()
        .map_or((0, Vec::new()), |first| (first.version, first.checksum.to_vec()))
}

/// The ledger of a database, and what it says.
#[cfg(feature = "postgres")]
pub(super) async fn list_on_postgres(
    conn: &mut sqlx::PgConnection,
) -> Result<(Ledger, Vec<ListedMigration>), sqlx::Error> {
    const OWN: &str = "SELECT version, description, success, checksum, execution_time,
                              to_char(installed_on AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS applied_at
                         FROM _horizon_auth_migrations";
    const USUAL: &str = "SELECT version, description, success, checksum, execution_time,
                                to_char(installed_on AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS applied_at
                           FROM _sqlx_migrations";
    let tables = "SELECT to_regclass('_horizon_auth_migrations') IS NOT NULL, to_regclass('_sqlx_migrations') IS NOT NULL";
    let (own, usual): (bool, bool) = sqlx::query_as(tables).fetch_one(&mut *conn).await?;
    let (version, checksum) = first(&POSTGRES);
    let ours = usual
        && sqlx::query_scalar(IS_OURS)
            .bind(version)
            .bind(checksum)
            .fetch_one(&mut *conn)
            .await?;
    let ledger = Ledger::of(own, ours);
    let rows = match ledger {
        Ledger::Own if !own => Vec::new(),
        Ledger::Own => sqlx::query_as(OWN).fetch_all(conn).await?,
        Ledger::Usual => sqlx::query_as(USUAL).fetch_all(conn).await?,
    };
    Ok((ledger, listed(&POSTGRES, &rows)))
}

/// The same on SQLite.
#[cfg(feature = "sqlite")]
pub(super) async fn list_on_sqlite(
    conn: &mut sqlx::SqliteConnection,
) -> Result<(Ledger, Vec<ListedMigration>), sqlx::Error> {
    const OWN: &str = "SELECT version, description, success, checksum, execution_time,
                              strftime('%Y-%m-%dT%H:%M:%SZ', installed_on) AS applied_at FROM _horizon_auth_migrations";
    const USUAL: &str = "SELECT version, description, success, checksum, execution_time,
                                strftime('%Y-%m-%dT%H:%M:%SZ', installed_on) AS applied_at FROM _sqlx_migrations";
    let tables = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_horizon_auth_migrations'),
                         EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')";
    let (own, usual): (bool, bool) = sqlx::query_as(tables).fetch_one(&mut *conn).await?;
    let (version, checksum) = first(&SQLITE);
    let ours = usual
        && sqlx::query_scalar(IS_OURS)
            .bind(version)
            .bind(checksum)
            .fetch_one(&mut *conn)
            .await?;
    let ledger = Ledger::of(own, ours);
    let rows = match ledger {
        Ledger::Own if !own => Vec::new(),
        Ledger::Own => sqlx::query_as(OWN).fetch_all(conn).await?,
        Ledger::Usual => sqlx::query_as(USUAL).fetch_all(conn).await?,
    };
    Ok((ledger, listed(&SQLITE, &rows)))
}
