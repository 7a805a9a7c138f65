//! What Redis is reached with.

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

/// How the servers are arranged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topology {
    /// One server, or something that stands for one.
    Single(Address),
    /// A primary with replicas, named by sentinels.
    Sentinel {
        /// The sentinels.
        sentinels: Vec<Address>,
        /// The name under which they know the primary.
        primary: String,
    },
    /// A cluster, found through some of its nodes.
    Cluster(Vec<Address>),
}

/// Host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// What Redis is reached with.
#[derive(Clone)]
pub struct RedisConfig {
    /// Where.
    pub topology: Topology,
    /// User, if not the default one.
    pub username: Option<String>,
    /// Password, if there is one.
    pub password: Option<Zeroizing<String>>,
    /// Number of the database; 0 with a cluster.
    pub database: i64,
    /// Whether TLS is spoken.
    pub tls: bool,
    /// Certificate authority in PEM, if not the machine's.
    pub ca_pem: Option<Vec<u8>>,
    /// Begins every key, such as `auth:`.
    pub prefix: String,
    /// Longest time of a call, connecting included.
    pub timeout: Duration,
}

impl fmt::Debug for RedisConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisConfig")
            .field("topology", &self.topology)
            .field("database", &self.database)
            .field("tls", &self.tls)
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
