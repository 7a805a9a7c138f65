//! What a database is like, for `horizon-auth doctor`. Reads only, across all tenants.

use std::sync::Arc;
use std::time::{Duration, Instant};

use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::clock::Clock;
use horizon_auth_core::ports::store::Result;

use super::conn::{Pooled, Sql};
#[cfg(feature = "postgres")]
use super::connect::ACQUIRE;
use super::connect::{Engine, SqlStore};
use super::error::store_error;
use super::types::instant;
#[cfg(feature = "postgres")]
use crate::facts::{ClockFacts, PostgresFacts};
use crate::facts::{HashGroup, ServerFacts, TableFacts};

/// Round trips of which the quickest counts.
const TRIPS: usize = 5;

#[cfg(feature = "postgres")]
row! {
    struct PostgresRow {
        version_number: i64,
        version: String,
        max_connections: i64,
        reserved_connections: i64,
        open_connections: i64,
        is_standby: bool,
        read_only: String,
        fsync: String,
        full_page_writes: String,
        synchronous_commit: String,
        is_encrypted: bool,
        is_remote: bool,
        is_superuser: bool,
    }
}

row! {
    struct MailRow {
        waiting: i64,
        retried: i64,
        due_since: Option<i64>,
        dead: i64,
    }
}

impl SqlStore {
    /// What the engine is like, asked on a connection of its own: a pool only says that it got none in time.
    ///
    /// # Errors
    /// `Unavailable`, with the reason as its source.
    pub async fn server_facts(&self, clock: &dyn Clock) -> Result<ServerFacts> {
        match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => {
                let options = pool.connect_options();
                let connecting = <sqlx::PgConnection as sqlx::Connection>::connect_with(&options);
                let mut conn = tokio::time::timeout(ACQUIRE, connecting)
                    .await
                    .unwrap_or(Err(sqlx::Error::PoolTimedOut))
                    .map_err(store_error)?;
                let facts = postgres(&mut conn, clock).await;
                let _ = sqlx::Connection::close(conn).await; // it was only for reading
                facts.map(ServerFacts::Postgres).map_err(store_error)
            }
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { readers, file, .. } => {
                let _ = clock; // its clock is this machine's
                if !file.exists() {
                    let why = "there is no such file yet".into();
                    return Err(horizon_auth_core::ports::store::StoreError::Unavailable(why));
                }
                let mut conn = readers.acquire().await.map_err(store_error)?;
                let (journal_mode,): (String,) = sqlx::query_as("PRAGMA journal_mode")
                    .fetch_one(&mut *conn)
                    .await
                    .map_err(store_error)?;
                let mut latency = Duration::MAX;
                let mut version = String::new();
                for _ in 0..TRIPS {
                    let started = Instant::now();
                    // A look at the file, or SQLite would not read it at all.
                    (version,) =
                        sqlx::query_as("SELECT sqlite_version() FROM (SELECT COUNT(*) FROM sqlite_master)")
                            .fetch_one(&mut *conn)
                            .await
                            .map_err(store_error)?;
                    latency = latency.min(started.elapsed());
                }
                Ok(ServerFacts::Sqlite(crate::facts::SqliteFacts {
                    file: file.clone(),
                    version,
                    journal_mode,
                    latency,
                }))
            }
        }
    }

    /// What is in the tables. The schema must be current.
    ///
    /// # Errors
    /// The database does not answer; also if there are too many password hashes to count them in time.
    pub async fn table_facts(&self, now: Timestamp) -> Result<TableFacts> {
        let pooled = match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => pool.acquire().await.map(Pooled::Pg),
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { readers, .. } => readers.acquire().await.map(Pooled::Sqlite),
        };
        let mut db = Sql::new(pooled.map_err(store_error)?, Arc::clone(&self.2));
        // Behind the parameters of an Argon2id hash of ours come 67 characters: salt and tag, each behind a $.
        let hashes = sql!(
            fetch_all(String, i64),
            db,
            "SELECT MIN(hash), COUNT(*) FROM passwords
              GROUP BY CASE WHEN hash LIKE '$argon2id$%' THEN substr(hash, 1, length(hash) - 67)
                            ELSE substr(hash, 1, 4) END
              ORDER BY COUNT(*) DESC LIMIT 100",
        )?;
        let mails = sql!(
            fetch_one MailRow,
            db,
            "SELECT COUNT(CASE WHEN dead_at IS NULL AND expires_at > $1 THEN 1 END) AS waiting,
                    COUNT(CASE WHEN dead_at IS NULL AND expires_at > $1 AND attempts > 0 THEN 1 END) AS retried,
                    MIN(CASE WHEN dead_at IS NULL AND expires_at > $1 THEN next_attempt_at END) AS due_since,
                    COUNT(dead_at) AS dead
               FROM outbox WHERE sent_at IS NULL",
            now.millis(),
        )?;
        let newest = sql!(
            fetch_optional(i64,),
            db,
            "SELECT at FROM audit_events ORDER BY id DESC LIMIT 1",
        )?;
        Ok(TableFacts {
            hashes: hashes
                .into_iter()
                .map(|(sample, count)| HashGroup {
                    sample: PasswordHash::new(sample),
                    count,
                })
                .collect(),
            mails_waiting: mails.waiting,
            mails_retried: mails.retried,
            mail_due_since: instant(mails.due_since),
            mails_dead: mails.dead,
            newest_event_at: newest.map(|(at,)| Timestamp::from_millis(at)),
        })
    }
}

#[cfg(feature = "postgres")]
async fn postgres(
    conn: &mut sqlx::PgConnection,
    clock: &dyn Clock,
) -> std::result::Result<PostgresFacts, sqlx::Error> {
    // only postgres: SQLite has no server to ask
    let row: PostgresRow = sqlx::query_as(
        "SELECT current_setting('server_version_num')::bigint AS version_number,
                current_setting('server_version') AS version,
                current_setting('max_connections')::bigint AS max_connections,
                current_setting('superuser_reserved_connections')::bigint AS reserved_connections,
                (SELECT COALESCE(SUM(numbackends), 0)::bigint FROM pg_stat_database) AS open_connections,
                pg_is_in_recovery() AS is_standby,
                current_setting('transaction_read_only') AS read_only,
                current_setting('fsync') AS fsync,
                current_setting('full_page_writes') AS full_page_writes,
                current_setting('synchronous_commit') AS synchronous_commit,
                COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), FALSE) AS is_encrypted,
                COALESCE(NOT inet_server_addr() <<= '127.0.0.0/8' AND inet_server_addr() <> '::1', FALSE) AS is_remote,
                COALESCE((SELECT rolsuper FROM pg_roles WHERE rolname = current_user), FALSE) AS is_superuser",
    )
    .fetch_one(&mut *conn)
    .await?;
    let (mut latency, mut quickest) = (Duration::MAX, None);
    for _ in 0..TRIPS {
        let (started, before) = (Instant::now(), clock.now());
        let (there,): (i64,) =
            sqlx::query_as("SELECT floor(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint")
                .fetch_one(&mut *conn)
                .await?;
        let trip = started.elapsed();
        if trip < latency {
            latency = trip;
            quickest = Some(ClockFacts::of(before, Timestamp::from_millis(there), clock.now()));
        }
    }
    Ok(PostgresFacts {
        version_number: row.version_number,
        version: row.version,
        latency,
        clock: quickest.ok_or(sqlx::Error::RowNotFound)?,
        max_connections: row.max_connections,
        reserved_connections: row.reserved_connections,
        open_connections: row.open_connections,
        is_standby: row.is_standby,
        is_read_only: row.read_only != "off",
        survives_power_cut: row.fsync == "on" && row.full_page_writes == "on",
        synchronous_commit: row.synchronous_commit,
        is_encrypted: row.is_encrypted,
        is_remote: row.is_remote,
        is_superuser: row.is_superuser,
    })
}
