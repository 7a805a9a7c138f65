//! Migrations on PostgreSQL: one transaction each, under an advisory lock that the whole run holds.

use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnection, PgPool};

use super::{POSTGRES, advice, apply_missing, ledger};
use crate::schema::{MigrateError, Patience, Progress};

/// Schemas of one database are separate installations.
const TRY_LOCK: &str =
    "SELECT pg_try_advisory_lock(hashtext('horizon-auth migrate'), hashtext(COALESCE(current_schema(), '')))";
const LOCK: &str =
    "SELECT pg_advisory_lock(hashtext('horizon-auth migrate'), hashtext(COALESCE(current_schema(), '')))";
/// Who has it. The two halves of the lock are signed numbers there and unsigned ones here.
const HOLDER: &str = "SELECT 'server process ' || l.pid || COALESCE(', ' || NULLIF(a.application_name, ''), '')
            || COALESCE(', from ' || host(a.client_addr), '')
            || COALESCE(', since ' || to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '')
       FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.classid::bigint = hashtext('horizon-auth migrate')::bigint & 4294967295
        AND l.objid::bigint = hashtext(COALESCE(current_schema(), ''))::bigint & 4294967295";
const LOCK_NOT_AVAILABLE: &str = "55P03";

pub(super) async fn apply(
    pool: &PgPool,
    patience: Patience,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<usize, MigrateError> {
    // Not one of the pool: what is set below must not stay, and the end of the connection frees the lock.
    let mut conn = pool.acquire().await.map_err(advice::unreadable)?.detach();
    let applied = within(&mut conn, patience, progress).await;
    // Whatever fails here, the end of the connection frees the lock.
    let _ = sqlx::Connection::close(conn).await;
    applied
}

async fn within(
    conn: &mut PgConnection,
    patience: Patience,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<usize, MigrateError> {
    prepare(conn).await.map_err(advice::unreadable)?;
    lock(conn, patience.for_others, progress).await?;
    set_lock_timeout(conn, patience.for_tables)
        .await
        .map_err(advice::unreadable)?;
    // Under the lock: what another process has applied meanwhile is seen.
    let (ledger, listed) = ledger::list_on_postgres(conn).await.map_err(advice::unreadable)?;
    apply_missing(conn, &POSTGRES, (ledger, &listed), |name, took| {
        progress(match took {
            None => Progress::Applying { name },
            Some(took) => Progress::Applied { name, took },
        });
    })
    .await
}

/// A migration may take longer than any statement of a request.
async fn prepare(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SET statement_timeout = 0")
        .execute(&mut *conn)
        .await?;
    // The server notices within seconds that this process was killed, and does not work on for nobody while it
    // holds the lock. Not every platform can do that.
    let _ = sqlx::query("SET client_connection_check_interval = '2s'")
        .execute(conn)
        .await;
    Ok(())
}

async fn lock(
    conn: &mut PgConnection,
    at_most: Duration,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<(), MigrateError> {
    let begun = Instant::now();
    let (is_free,): (bool,) = sqlx::query_as(TRY_LOCK)
        .fetch_one(&mut *conn)
        .await
        .map_err(advice::unreadable)?;
    if is_free {
        return Ok(());
    }
    let holder = holder(conn).await;
    progress(Progress::Waiting {
        holder: &holder,
        at_most,
    });
    let waited = async {
        set_lock_timeout(conn, at_most).await?;
        sqlx::query(LOCK).execute(&mut *conn).await.map(drop)
    };
    match waited.await {
        Ok(()) => Ok(()),
        Err(sqlx::Error::Database(cause)) if cause.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => {
            Err(MigrateError::Locked {
                holder,
                waited: begun.elapsed(),
            })
        }
        Err(error) => Err(advice::unreadable(error)),
    }
}

/// As far as it is told; whoever it is may be gone by now.
async fn holder(conn: &mut PgConnection) -> String {
    let found: Result<Option<(String,)>, _> = sqlx::query_as(HOLDER).fetch_optional(conn).await;
    match found {
        Ok(Some((holder,))) => holder,
        Ok(None) | Err(_) => "an unknown process".to_owned(),
    }
}

/// 0 would mean for ever.
async fn set_lock_timeout(conn: &mut PgConnection, at_most: Duration) -> Result<(), sqlx::Error> {
    let millis = at_most.as_millis().clamp(1, i32::MAX.unsigned_abs().into());
    sqlx::query("SELECT set_config('lock_timeout', $1, false)")
        .bind(millis.to_string())
        .execute(conn)
        .await
        .map(drop)
}
