//! The pool of an application that has one.

use std::path::PathBuf;

#[cfg(feature = "sqlite")]
use sqlx::ConnectOptions as _;
#[cfg(feature = "postgres")]
use sqlx::postgres::PgPool;
#[cfg(feature = "sqlite")]
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::connect::{SqlStore, UrlError};

/// A pool that the application already has. The tables of the engine stand beside those of the application.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Pool {
    /// PostgreSQL: the engine takes its connections from this pool.
    #[cfg(feature = "postgres")]
    Postgres(PgPool),
    /// SQLite: the engine opens the file of this pool.
    #[cfg(feature = "sqlite")]
    Sqlite(SqlitePool),
}

#[cfg(feature = "postgres")]
impl From<PgPool> for Pool {
    fn from(pool: PgPool) -> Self {
        Self::Postgres(pool)
    }
}

#[cfg(feature = "sqlite")]
impl From<SqlitePool> for Pool {
    fn from(pool: SqlitePool) -> Self {
        Self::Sqlite(pool)
    }
}

impl Pool {
    /// The file, if it is a pool of SQLite.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(pool) => Some(pool.connect_options().get_filename().to_owned()),
        }
    }
}

impl SqlStore {
    /// A store in the database of an application's pool.
    ///
    /// On PostgreSQL it borrows connections from the pool itself, with whatever time limits that has, and never
    /// closes it. On SQLite it opens the pool's file with its own one writer and at most `max_readers` readers, so
    /// that a commit is on the disk when it returns and writers wait in line, however the pool was set up; the file
    /// is switched to write-ahead logging, which lasts.
    ///
    /// # Errors
    /// [`UrlError::InMemory`] if the pool is not one of a file.
    pub fn on_pool(pool: Pool, max_readers: u32) -> Result<Self, UrlError> {
        match pool {
            #[cfg(feature = "postgres")]
            Pool::Postgres(pool) => {
                let _ = max_readers; // the pool has its own limit
                Ok(Self::lent(pool))
            }
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => {
                let options = (*pool.connect_options()).clone();
                if is_in_memory(&options) {
                    return Err(UrlError::InMemory);
                }
                Ok(Self::sqlite_file(options, max_readers))
            }
        }
    }
}

/// By name, or by the flag that only the URL shows.
#[cfg(feature = "sqlite")]
fn is_in_memory(options: &SqliteConnectOptions) -> bool {
    let name = options.get_filename().to_string_lossy();
    let flagged = options
        .to_url_lossy()
        .query_pairs()
        .any(|(key, value)| key == "mode" && value == "memory");
    flagged || name.is_empty() || name.starts_with(':') || name.starts_with("file:")
}
