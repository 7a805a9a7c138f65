//! Connections and transactions of either engine behind one type.

use std::sync::Arc;

use async_trait::async_trait;
use horizon_auth_core::ports::store::{Db, Result, Tx};

use super::error::store_error;
use super::meter::{Meter, Timing};

/// A borrowed connection, as the statement macro sees it.
pub(super) enum Conn<'a> {
    #[cfg(feature = "postgres")]
    Pg(&'a mut sqlx::PgConnection),
    #[cfg(feature = "sqlite")]
    Sqlite(&'a mut sqlx::SqliteConnection),
}

/// Something that can lend a connection.
pub(super) trait HasConn: Send {
    fn conn(&mut self) -> Conn<'_>;
}

/// The port's traits are implemented once for this local type, whatever lends the connection.
pub(super) struct Sql<C> {
    lender: C,
    meter: Arc<Meter>,
}

impl<C: HasConn> Sql<C> {
    pub(super) fn new(lender: C, meter: Arc<Meter>) -> Self {
        Self { lender, meter }
    }

    pub(super) fn conn(&mut self) -> Conn<'_> {
        self.lender.conn()
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }
}

/// A pooled connection: every statement is its own transaction.
pub(super) enum Pooled {
    #[cfg(feature = "postgres")]
    Pg(sqlx::pool::PoolConnection<sqlx::Postgres>),
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::pool::PoolConnection<sqlx::Sqlite>),
}

impl HasConn for Pooled {
    fn conn(&mut self) -> Conn<'_> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Pg(conn) => Conn::Pg(conn),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(conn) => Conn::Sqlite(conn),
        }
    }
}

/// An open transaction; dropped, it rolls back.
pub(super) enum Open {
    #[cfg(feature = "postgres")]
    Pg(sqlx::Transaction<'static, sqlx::Postgres>),
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
}

impl HasConn for Open {
    fn conn(&mut self) -> Conn<'_> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Pg(tx) => Conn::Pg(tx),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(tx) => Conn::Sqlite(tx),
        }
    }
}

impl<C: HasConn> Db for Sql<C> {}

#[async_trait]
impl Tx for Sql<Open> {
    async fn commit(self: Box<Self>) -> Result<()> {
        let Self { lender, meter } = *self;
        let timing = Timing::of_commit();
        let done = match lender {
            #[cfg(feature = "postgres")]
            Open::Pg(tx) => tx.commit().await,
            #[cfg(feature = "sqlite")]
            Open::Sqlite(tx) => tx.commit().await,
        }
        .map_err(store_error);
        timing.end(&meter.commit, &done);
        done
    }
}
