//! Migrations on SQLite: all that are missing in one transaction. Its write lock keeps a second run waiting, which
//! then finds nothing to do.

use std::time::{Duration, Instant};

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool};

use super::{SQLITE, advice, apply_missing, ledger};
use crate::schema::{MigrateError, Patience, Progress};

/// Between two attempts at the write lock. SQLite's own way of waiting could not tell that it waits.
const PAUSE: Duration = Duration::from_millis(20);
/// Longest wait of one attempt.
const ATTEMPT: Duration = Duration::from_millis(200);
/// All that SQLite tells; it keeps no list of who has the lock.
const HOLDER: &str = "another connection that writes to the file";

pub(super) async fn apply(
    writer: &SqlitePool,
    patience: Patience,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<usize, MigrateError> {
    let options = (*writer.connect_options()).clone().busy_timeout(ATTEMPT);
    let begun = Instant::now();
    let mut told = false;
    loop {
        match attempt(&options, progress).await {
            Ok(applied) => return Ok(applied),
            Err(Refused::Failed(error)) => return Err(error),
            Err(Refused::Busy) if begun.elapsed() >= patience.for_others => {
                return Err(MigrateError::Locked {
                    holder: HOLDER.to_owned(),
                    waited: begun.elapsed(),
                });
            }
            Err(Refused::Busy) => {
                if !std::mem::replace(&mut told, true) {
                    progress(Progress::Waiting {
                        holder: HOLDER,
                        at_most: patience.for_others,
                    });
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

enum Refused {
    /// Somebody else writes; nothing was begun.
    Busy,
    Failed(MigrateError),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        if is_busy(&error) {
            Self::Busy
        } else {
            Self::Failed(advice::unreadable(error))
        }
    }
}

async fn attempt(
    options: &SqliteConnectOptions,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<usize, Refused> {
    // Opening a new file turns the write-ahead log on, and for that one step SQLite does not wait for others.
    let mut conn = SqliteConnection::connect_with(options).await?;
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
    let (ledger, listed) = ledger::list_on_sqlite(&mut tx).await?;
    let mut done = Vec::new();
    let applied = apply_missing(&mut *tx, &SQLITE, (ledger, &listed), |name, took| match took {
        None => progress(Progress::Applying { name }),
        Some(took) => done.push((name.to_owned(), took)),
    })
    .await
    .map_err(Refused::Failed)?;
    tx.commit()
        .await
        .map_err(|error| Refused::Failed(advice::unreadable(error)))?;
    // Not before: only the commit makes them stay.
    for (name, took) in done {
        progress(Progress::Applied { name: &name, took });
    }
    // Folds the write-ahead log back, if nobody else has the file open. Without it the next one does.
    let _ = conn.close().await;
    Ok(applied)
}

/// The low byte of the code; the others tell in which way.
fn is_busy(error: &sqlx::Error) -> bool {
    const BUSY: i64 = 5;
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<i64>().ok())
        .is_some_and(|code| code & 0xff == BUSY)
}
