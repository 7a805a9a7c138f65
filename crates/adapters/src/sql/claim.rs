//! One node at a time, or many that share Redis: the in-process cache of a second one would miss
//! what the first revokes (decision D5).

#[cfg(feature = "sqlite")]
use std::fs::File;
use std::time::Duration;

#[cfg(feature = "postgres")]
use super::connect::ACQUIRE;
use super::connect::{Engine, SqlStore};

/// Who may serve a database at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nodes {
    /// One process, which keeps revocations in its own memory.
    One,
    /// Any number of processes that share Redis. Only with PostgreSQL; on SQLite it is one all the same.
    Many,
}

/// The database could not be claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another process serves from this database.
    #[error(
        "another horizon-auth process uses this database; each keeps revocations in its own memory, \
         so only one may run: stop the other one first, or let all of them share one Redis"
    )]
    Taken,
    /// A process that does not share Redis serves from this database, or looks whether anybody does.
    #[error(
        "a horizon-auth process without Redis uses this database; it would accept what the others revoke: \
         stop it first, or let it share the same Redis"
    )]
    TakenByOne,
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    /// The SQLite file, or the lock file beside it, cannot be used.
    #[error(
        "the database file or the lock file beside it cannot be used; check the folder and who may write to it"
    )]
    LockFile(#[source] std::io::Error),
}

/// Proof that this process may serve. Ends with the process, however that ends; [`NodeClaim::keep`] carries
/// it over a restart of PostgreSQL.
#[derive(Debug)]
pub struct NodeClaim {
    held: Held,
    #[cfg(feature = "postgres")]
    store: SqlStore,
    #[cfg(feature = "postgres")]
    nodes: Nodes,
}

impl NodeClaim {
    /// Gives the claim up now. Dropped, PostgreSQL frees it only when it notices that the connection is gone.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unused_async, reason = "only PostgreSQL has to wait")
    )]
    pub async fn release(self) {
        match self.held {
            // Whatever fails here, the end of the connection frees the lock.
            #[cfg(feature = "postgres")]
            Held::Pg(mut conn) => {
                let _ = sqlx::query("SELECT pg_advisory_unlock_all()")
                    .execute(&mut conn)
                    .await;
                let _ = sqlx::Connection::close(conn).await;
            }
            #[cfg(feature = "sqlite")]
            Held::Sqlite(file) => drop(file),
        }
    }

    /// Keeps the claim for as long as this is polled, and ends only when another process has taken it.
    ///
    /// PostgreSQL frees the claim when the connection breaks, as it does when the server restarts; it
    /// is taken again as soon as the server answers.
    pub async fn keep(&mut self) -> ClaimError {
        match &mut self.held {
            #[cfg(feature = "postgres")]
            Held::Pg(conn) => loop {
                tokio::time::sleep(LOOK).await;
                // No time limit: as long as the connection is not known to be broken, the server keeps the lock.
                if sqlx::Connection::ping(conn).await.is_ok() {
                    continue;
                }
                match self.store.claim(self.nodes).await.map(|claim| claim.held) {
                    Ok(Held::Pg(again)) => {
                        *conn = again;
                        tracing::info!("the database was claimed again after its connection broke");
                    }
                    #[cfg(feature = "sqlite")]
                    Ok(Held::Sqlite(_)) => {}
                    Err(ClaimError::Unreachable(_) | ClaimError::LockFile(_)) => {}
                    Err(taken @ (ClaimError::Taken | ClaimError::TakenByOne)) => return taken,
                }
            },
            // The kernel takes a lock from nobody.
            #[cfg(feature = "sqlite")]
            Held::Sqlite(_) => std::future::pending().await,
        }
    }
}

/// Between two looks whether the connection that holds the claim is there.
#[cfg(feature = "postgres")]
const LOOK: Duration = Duration::from_secs(1);
/// The server notices within half a minute that this machine is gone. Its own two hours would keep the next process out.
#[cfg(feature = "postgres")]
const NOTICE_OUR_END: [(&str, &str); 3] = [
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
];
/// Attempts at a claim that is taken, and the pause between them.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
enum Held {
    #[cfg(feature = "postgres")]
    Pg(sqlx::PgConnection),
    #[cfg(feature = "sqlite")]
    Sqlite(File),
}

impl SqlStore {
    /// Claims the database for this process: an advisory lock on PostgreSQL, a file lock beside SQLite.
    ///
    /// A command beside the server holds the claim for a moment to find out whether a server runs, so a
    /// claim that is taken is asked for again.
    ///
    /// # Errors
    /// [`ClaimError::Taken`] or [`ClaimError::TakenByOne`] if another process holds it.
    pub async fn claim(&self, nodes: Nodes) -> Result<NodeClaim, ClaimError> {
        let mut claimed = self.try_claim(nodes).await;
        for _ in 1..ATTEMPTS {
            if !matches!(claimed, Err(ClaimError::Taken | ClaimError::TakenByOne)) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            claimed = self.try_claim(nodes).await;
        }
        claimed
    }

    /// The same at once or not at all.
    ///
    /// # Errors
    /// As [`SqlStore::claim`].
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unused_async, reason = "only PostgreSQL has to wait")
    )]
    pub async fn try_claim(&self, nodes: Nodes) -> Result<NodeClaim, ClaimError> {
        self.make_file().map_err(ClaimError::LockFile)?;
        let held = match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => {
                // Not one of the pool: after a restart of the server those are dead.
                let options = (*pool.connect_options()).clone().options(NOTICE_OUR_END);
                let connecting = <sqlx::PgConnection as sqlx::Connection>::connect_with(&options);
                let mut conn = tokio::time::timeout(ACQUIRE, connecting)
                    .await
                    .unwrap_or(Err(sqlx::Error::PoolTimedOut))
                    .map_err(ClaimError::Unreachable)?;
                // Schemas of one database are separate installations. Many share the lock that one has alone.
                let locked = match nodes {
                    Nodes::One => {
                        "SELECT pg_try_advisory_lock(hashtext('horizon-auth node'), hashtext(current_schema()))"
                    }
                    Nodes::Many => {
                        "SELECT pg_try_advisory_lock_shared(hashtext('horizon-auth node'), hashtext(current_schema()))"
                    }
                };
                let (locked,) = sqlx::query_as::<_, (bool,)>(locked)
                    .fetch_one(&mut conn)
                    .await
                    .map_err(ClaimError::Unreachable)?;
                locked.then_some(Held::Pg(conn))
            }
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { file, .. } => lock_beside(file)?.map(Held::Sqlite),
        };
        let claim = |held| NodeClaim {
            held,
            #[cfg(feature = "postgres")]
            store: self.clone(),
            #[cfg(feature = "postgres")]
            nodes,
        };
        held.map(claim).ok_or(match nodes {
            Nodes::One => ClaimError::Taken,
            Nodes::Many => ClaimError::TakenByOne,
        })
    }
}

/// The kernel drops the lock with the process, so a crash never leaves it behind.
#[cfg(feature = "sqlite")]
fn lock_beside(database: &std::path::Path) -> Result<Option<File>, ClaimError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(ClaimError::LockFile)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(ClaimError::LockFile(error)),
    }
}
