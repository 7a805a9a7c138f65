//! Two nodes, each with a wire of its own to the Redis that they share.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use horizon_auth_testkit::{Database, Kind, Login, Proxy, RedisServer};

use crate::support::{Installation, PATIENCE, Running};

/// Two processes that serve one database.
pub(crate) struct Fleet {
    pub(crate) nodes: Vec<Running>,
    /// From each node to Redis; none where Redis is several servers that name each other.
    pub(crate) wires: Vec<Proxy>,
    /// From both nodes to PostgreSQL.
    pub(crate) postgres: Proxy,
    pub(crate) login: Login,
    pub(crate) installations: Vec<Installation>,
    pub(crate) database: Database,
}

impl Fleet {
    /// Two nodes of the usual kind.
    pub(crate) async fn start(redis: &RedisServer) -> Self {
        Self::start_with(redis, "").await
    }

    /// Two nodes with more sections.
    pub(crate) async fn start_with(redis: &RedisServer, more: &str) -> Self {
        let wires = vec![Proxy::to(redis.address()).await, Proxy::to(redis.address()).await];
        let sections: Vec<String> = wires
            .iter()
            .map(|wire| format!("[redis]\nurl = \"redis://{}\"\n{more}", wire.address))
            .collect();
        let mut fleet = Self::configured(&sections).await;
        fleet.wires = wires;
        fleet
    }

    /// Two nodes with these sections each.
    pub(crate) async fn configured(sections: &[String]) -> Self {
        let database = Database::fresh(Kind::Postgres).await;
        let login = Login::to(&database).await;
        let postgres = Proxy::to(login.server()).await;
        let url = login.url(postgres.address);
        let settings = |more: &String| format!("{SETTINGS}{more}");
        let first = Installation::on(&url, &settings(&sections[0]));
        let others = sections[1..]
            .iter()
            .map(|more| first.beside(&settings(more)))
            .collect::<Vec<_>>();
        let installations: Vec<Installation> = std::iter::once(first).chain(others).collect();
        let nodes = installations.iter().map(Installation::serve).collect();
        let fleet = Self {
            nodes,
            wires: Vec::new(),
            postgres,
            login,
            installations,
            database,
        };
        fleet.wait_until_ready();
        fleet
    }

    /// Where the nodes listen.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.address).collect()
    }

    /// Waits until each node says that it can serve.
    pub(crate) fn wait_until_ready(&self) {
        for node in &self.nodes {
            wait_until("a node is ready", || {
                node.get("/health/ready", "").status() == 200
            });
        }
    }

    /// Starts a node again whose process has ended.
    pub(crate) fn start_again(&mut self, node: usize) {
        self.nodes[node] = self.installations[node].serve();
    }

    /// Users who have a session that SQL says is over.
    pub(crate) async fn users_without_session(&self) -> Vec<String> {
        let over = "SELECT DISTINCT user_id::text FROM sessions WHERE revoked_at IS NOT NULL";
        self.database.texts(over).await
    }
}

/// No limits: the checker asks often.
const SETTINGS: &str = "[rate_limit]\nlogin = \"off\"\nlogin_account = \"off\"\nregister = \"off\"\nrefresh = \"off\"\n\
    [mail]\ntransport = \"none\"\n";

/// Asks again and again, since only what happens counts and not how long it takes.
pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "it never happens that {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
