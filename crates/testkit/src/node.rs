//! Engines that share a Redis, as processes on several machines do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use horizon_auth_adapters::cache::redis::{
    Address, Link, LookUpDenylist, PublishingDenylist, RedisConfig, RedisLimiter, ReplicatedDenylist,
    Topology,
};
use horizon_auth_adapters::system::SystemEntropy;
use horizon_auth_core::ports::cache::{CacheServer, Denylist, Limiter};
use horizon_auth_core::ports::clock::Clock;

/// What an engine keeps revocations and attempts in.
pub(crate) struct Caches {
    pub(crate) denylist: Arc<dyn Denylist>,
    pub(crate) limiter: Arc<dyn Limiter>,
    pub(crate) server: Option<Arc<dyn CacheServer>>,
}

/// The way of one node to a Redis.
#[derive(Clone, Copy, Debug)]
pub struct SharedRedis {
    /// Where it is, or a proxy before it.
    pub address: SocketAddr,
    /// Whether the node asks about every token.
    pub per_request: bool,
    /// How long a node may decide without having heard of the others.
    pub lease: Duration,
}

impl SharedRedis {
    /// A node that decides from its memory, under a lease of a second.
    #[must_use]
    pub fn replicated(address: SocketAddr) -> Self {
        Self {
            address,
            per_request: false,
            lease: Duration::from_secs(1),
        }
    }

    /// A node that asks about every token.
    #[must_use]
    pub fn per_request(address: SocketAddr) -> Self {
        Self {
            per_request: true,
            ..Self::replicated(address)
        }
    }

    /// A link of its own.
    ///
    /// # Panics
    /// Never: the address is one.
    #[must_use]
    pub fn link(&self) -> Arc<Link> {
        let config = RedisConfig {
            topology: Topology::Single(Address {
                host: self.address.ip().to_string(),
                port: self.address.port(),
            }),
            username: None,
            password: None,
            database: 0,
            tls: false,
            ca_pem: None,
            prefix: "auth:".to_owned(),
            timeout: Duration::from_secs(1),
        };
        Arc::new(Link::new(config, &SystemEntropy).expect("a usable address"))
    }

    pub(crate) fn caches(&self, is_outsider: bool, clock: Arc<dyn Clock>) -> Caches {
        let link = self.link();
        let denylist: Arc<dyn Denylist> = match (self.per_request, is_outsider) {
            (true, _) => Arc::new(LookUpDenylist::new(Arc::clone(&link), clock)),
            (false, true) => Arc::new(PublishingDenylist::new(Arc::clone(&link), self.lease, clock)),
            (false, false) => Arc::new(ReplicatedDenylist::start(Arc::clone(&link), self.lease, clock)),
        };
        let limiter = Arc::new(RedisLimiter::new(Arc::clone(&link)));
        Caches {
            denylist,
            limiter,
            server: Some(link),
        }
    }
}
