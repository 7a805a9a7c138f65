//! A login to PostgreSQL of one's own: the database fails for some processes and for nobody else.

use std::net::{SocketAddr, ToSocketAddrs as _};

use sqlx::Connection as _;

use crate::database::{Database, Kind};

/// A role that may do what the program does, and nothing else.
#[derive(Debug)]
pub struct Login {
    name: String,
    password: String,
    /// The database as its owner sees it.
    owner: String,
}

impl Login {
    /// Makes one for the tables that a database has now.
    ///
    /// # Panics
    /// If PostgreSQL does not allow it.
    pub async fn to(database: &Database) -> Self {
        assert_eq!(database.kind, Kind::Postgres, "SQLite knows no logins");
        let new = || uuid::Uuid::now_v7().simple();
        let login = Self {
            name: format!("r_{}", new()),
            password: new().to_string(),
            owner: database.url.clone(),
        };
        let schema = database.texts("SELECT current_schema()::text").await.remove(0);
        let (name, password) = (&login.name, &login.password);
        login
            .run(&format!(
                "CREATE ROLE {name} LOGIN PASSWORD '{password}'; GRANT USAGE ON SCHEMA {schema} TO {name};
                 GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name};
                 GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {name}"
            ))
            .await;
        login
    }

    /// Where the server listens.
    ///
    /// # Panics
    /// If the URL names no server that can be found.
    #[must_use]
    pub fn server(&self) -> SocketAddr {
        let (_, host, _) = self.parts();
        let mut found = host.to_socket_addrs().expect("a host with a port");
        found.next().expect("an address")
    }

    /// The database for this login, by way of `address`.
    #[must_use]
    pub fn url(&self, address: SocketAddr) -> String {
        let (scheme, _, path) = self.parts();
        format!("{scheme}://{}:{}@{address}/{path}", self.name, self.password)
    }

    fn parts(&self) -> (&str, &str, &str) {
        let (scheme, rest) = self.owner.split_once("://").expect("a URL");
        let (host, path) = rest.split_once('/').expect("a URL with a database");
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        (scheme, host, path)
    }

    /// Ends its connections, as the end of the server would.
    pub async fn end_connections(&self) {
        let name = &self.name;
        self.run(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{name}'"
        ))
        .await;
    }

    /// It may write no more, as on a server that became a replica.
    pub async fn make_read_only(&self) {
        self.alter("SET default_transaction_read_only = on").await;
        self.end_connections().await;
    }

    /// It gets no connection, as if others had taken all.
    pub async fn exhaust_connections(&self) {
        self.alter("CONNECTION LIMIT 0").await;
        self.end_connections().await;
    }

    /// Everything is as it was in the beginning.
    pub async fn mend(&self) {
        self.alter("CONNECTION LIMIT -1").await;
        self.alter("RESET default_transaction_read_only").await;
        self.end_connections().await;
    }

    async fn alter(&self, change: &str) {
        self.run(&format!("ALTER ROLE {} {change}", self.name)).await;
    }

    async fn run(&self, sql: &str) {
        let mut conn = sqlx::PgConnection::connect(&self.owner)
            .await
            .expect("PostgreSQL answers");
        // Names cannot be bound; all of them are ours, made of hex digits.
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
            .execute(&mut conn)
            .await
            .expect("the statements run");
    }
}
