//! A fresh database of either kind, migrated.

use std::sync::Arc;

use horizon_auth_adapters::sql::{SqlConfig, SqlStore};
use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A temporary file.
    Sqlite,
    /// A schema of its own on the server named by `HORIZON_TEST_POSTGRES_URL`.
    Postgres,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// A fresh database with its store.
#[derive(Debug)]
pub struct Database {
    /// Which engine.
    pub kind: Kind,
    /// Its URL.
    pub url: String,
    /// A store on it.
    pub store: SqlStore,
    /// Keeps the SQLite file.
    folder: Arc<TempDir>,
}

impl Database {
    /// Makes and migrates a database.
    ///
    /// # Panics
    /// If that fails; PostgreSQL needs `HORIZON_TEST_POSTGRES_URL`, which `scripts/test` sets.
    pub async fn fresh(kind: Kind) -> Self {
        let database = Self::empty(kind).await;
        database.store.migrate().await.expect("the migrations apply");
        database
    }

    /// Makes a database without tables.
    ///
    /// # Panics
    /// As [`Database::fresh`].
    pub async fn empty(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match kind {
            Kind::Sqlite => format!("sqlite:{}", folder.path().join("test.db").display()),
            Kind::Postgres => fresh_schema().await,
        };
        let store = Self::open(&url);
        Self {
            kind,
            url,
            store,
            folder: Arc::new(folder),
        }
    }

    /// The same database with a store of its own.
    #[must_use]
    pub fn shared(&self) -> Self {
        Self {
            kind: self.kind,
            url: self.url.clone(),
            store: self.another_store(),
            folder: Arc::clone(&self.folder),
        }
    }

    /// Another store on the same database, as another process would have.
    #[must_use]
    pub fn another_store(&self) -> SqlStore {
        Self::open(&self.url)
    }

    fn open(url: &str) -> SqlStore {
        SqlStore::new(&SqlConfig {
            url: url.to_owned(),
            max_connections: 12,
        })
        .expect("a valid URL")
    }

    /// A connection to the file, which is made if it is missing.
    async fn sqlite(&self) -> sqlx::SqliteConnection {
        let options: sqlx::sqlite::SqliteConnectOptions = self.url.parse().expect("a URL");
        sqlx::SqliteConnection::connect_with(&options.create_if_missing(true))
            .await
            .expect("SQLite opens")
    }

    /// One number from a query.
    ///
    /// # Panics
    /// If the query fails.
    pub async fn number(&self, sql: &str) -> i64 {
        // The statement is the test's own.
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match self.kind {
            Kind::Sqlite => {
                let mut conn = self.sqlite().await;
                sqlx::query_scalar(sql)
                    .fetch_one(&mut conn)
                    .await
                    .expect("the query runs")
            }
            Kind::Postgres => {
                let mut conn = sqlx::PgConnection::connect(&self.url)
                    .await
                    .expect("PostgreSQL answers");
                sqlx::query_scalar(sql)
                    .fetch_one(&mut conn)
                    .await
                    .expect("the query runs")
            }
        }
    }

    /// The first column of every row of a query to PostgreSQL.
    ///
    /// # Panics
    /// If the query fails.
    pub async fn texts(&self, sql: &'static str) -> Vec<String> {
        let mut conn = sqlx::PgConnection::connect(&self.url)
            .await
            .expect("PostgreSQL answers");
        sqlx::query_scalar(sql)
            .fetch_all(&mut conn)
            .await
            .expect("the query runs")
    }

    /// Every column of every row of every table, as text; bytes are in hex.
    ///
    /// # Panics
    /// If the database does not answer.
    pub async fn dump(&self) -> String {
        let mut rows = Vec::new();
        match self.kind {
            Kind::Sqlite => {
                let mut conn = self.sqlite().await;
                let columns = "SELECT m.name, group_concat('quote(' || c.name || ')', '||'',''||')
                                 FROM sqlite_master m JOIN pragma_table_info(m.name) c
                                WHERE m.type = 'table' GROUP BY m.name";
                let tables: Vec<(String, String)> = sqlx::query_as(columns)
                    .fetch_all(&mut conn)
                    .await
                    .expect("the tables can be listed");
                for (table, columns) in tables {
                    let all = sqlx::AssertSqlSafe(format!("SELECT {columns} FROM {table}"));
                    let found: Vec<String> = sqlx::query_scalar(all)
                        .fetch_all(&mut conn)
                        .await
                        .expect("a table can be read");
                    rows.extend(found.into_iter().map(|row| format!("{table}: {row}")));
                }
            }
            Kind::Postgres => {
                let mut conn = sqlx::PgConnection::connect(&self.url)
                    .await
                    .expect("PostgreSQL answers");
                let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()";
                let tables: Vec<String> = sqlx::query_scalar(tables)
                    .fetch_all(&mut conn)
                    .await
                    .expect("the tables can be listed");
                for table in tables {
                    let all = sqlx::AssertSqlSafe(format!("SELECT row_to_json(t)::text FROM {table} t"));
                    let found: Vec<String> = sqlx::query_scalar(all)
                        .fetch_all(&mut conn)
                        .await
                        .expect("a table can be read");
                    rows.extend(found.into_iter().map(|row| format!("{table}: {row}")));
                }
            }
        }
        rows.join("\n")
    }

    /// Runs a statement on a connection of its own, and keeps what that locks until it is released.
    ///
    /// # Panics
    /// If it fails.
    pub async fn hold(&self, sql: &'static str) -> Held {
        match self.kind {
            Kind::Sqlite => {
                let mut conn = self.sqlite().await;
                conn.execute(sql).await.expect("the statement runs");
                Held::Sqlite(conn)
            }
            Kind::Postgres => {
                let mut conn = sqlx::PgConnection::connect(&self.url)
                    .await
                    .expect("PostgreSQL answers");
                conn.execute(sql).await.expect("the statement runs");
                Held::Postgres(conn)
            }
        }
    }

    /// Runs a statement behind the engine's back.
    ///
    /// # Panics
    /// If it fails.
    pub async fn execute(&self, sql: &'static str) {
        match self.kind {
            Kind::Sqlite => {
                let mut conn = self.sqlite().await;
                sqlx::query(sql)
                    .execute(&mut conn)
                    .await
                    .expect("the statement runs");
            }
            Kind::Postgres => {
                let mut conn = sqlx::PgConnection::connect(&self.url)
                    .await
                    .expect("PostgreSQL answers");
                sqlx::query(sql)
                    .execute(&mut conn)
                    .await
                    .expect("the statement runs");
            }
        }
    }
}

/// A connection that holds locks.
#[derive(Debug)]
pub enum Held {
    /// To a file.
    Sqlite(sqlx::SqliteConnection),
    /// To a server.
    Postgres(sqlx::PgConnection),
}

impl Held {
    /// Gives them free.
    ///
    /// # Panics
    /// If the connection is broken.
    pub async fn release(self) {
        let closed = match self {
            Self::Sqlite(conn) => conn.close().await,
            Self::Postgres(conn) => conn.close().await,
        };
        closed.expect("the connection closes");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the script where the server is"
)]
async fn fresh_schema() -> String {
    let base = std::env::var("HORIZON_TEST_POSTGRES_URL").expect(
        "HORIZON_TEST_POSTGRES_URL is not set: run the tests with scripts/test, which starts PostgreSQL",
    );
    let schema = format!("t_{}", uuid::Uuid::now_v7().simple());
    let mut conn = sqlx::PgConnection::connect(&base)
        .await
        .expect("PostgreSQL answers");
    // The name is ours, made of hex digits; identifiers cannot be bound.
    let statement = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
    sqlx::query(statement)
        .execute(&mut conn)
        .await
        .expect("a schema can be made");
    let separator = if base.contains('?') { '&' } else { '?' };
    format!("{base}{separator}options[search_path]={schema}")
}
