//! Where revocations and attempts are kept: in this process, or in the Redis that nodes share.

use std::sync::Arc;

use horizon_auth_adapters::cache::memory::{MemoryDenylist, MemoryLimiter};
use horizon_auth_core::ports::cache::{CacheServer, Denylist, Limiter};
use horizon_auth_core::ports::clock::Clock;

use crate::config::Config;
use crate::engine::OpenError;

/// What an engine is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It serves.
    Node,
    /// It works beside those that serve.
    Outsider,
}

pub(crate) struct Caches {
    pub(crate) denylist: Arc<dyn Denylist>,
    pub(crate) limiter: Arc<dyn Limiter>,
    pub(crate) server: Option<Arc<dyn CacheServer>>,
}

/// The caches that the configuration names.
pub(crate) fn caches(config: &Config, role: Role, clock: &Arc<dyn Clock>) -> Result<Caches, OpenError> {
    match &config.redis {
        Some(_) => shared(config, role, clock),
        None => Ok(Caches {
            denylist: Arc::new(MemoryDenylist::default()),
            limiter: Arc::new(MemoryLimiter::default()),
            server: None,
        }),
    }
}

#[cfg(feature = "redis")]
fn shared(config: &Config, role: Role, clock: &Arc<dyn Clock>) -> Result<Caches, OpenError> {
    use horizon_auth_adapters::cache::redis::{
        Link, LookUpDenylist, PublishingDenylist, RedisLimiter, ReplicatedDenylist,
    };
    use horizon_auth_adapters::system::SystemEntropy;

    use crate::config::RevocationMode;

    let unusable = |error: &dyn std::fmt::Display| OpenError::Redis(error.to_string());
    let link = Link::new(link_config(config)?, &SystemEntropy).map_err(|error| unusable(&error))?;
    let link = Arc::new(link);
    let lease = config.revocation.lease;
    let denylist: Arc<dyn Denylist> = match (config.revocation.mode, role) {
        (RevocationMode::PerRequest, Role::Node | Role::Outsider) => {
            Arc::new(LookUpDenylist::new(Arc::clone(&link), Arc::clone(clock)))
        }
        (RevocationMode::Replicated, Role::Outsider) => Arc::new(PublishingDenylist::new(
            Arc::clone(&link),
            lease,
            Arc::clone(clock),
        )),
        (RevocationMode::Replicated, Role::Node) => {
            tokio::runtime::Handle::try_current().map_err(|error| unusable(&error))?;
            Arc::new(ReplicatedDenylist::start(
                Arc::clone(&link),
                lease,
                Arc::clone(clock),
            ))
        }
    };
    Ok(Caches {
        denylist,
        limiter: Arc::new(RedisLimiter::new(Arc::clone(&link))),
        server: Some(link),
    })
}

#[cfg(not(feature = "redis"))]
fn shared(_: &Config, _: Role, _: &Arc<dyn Clock>) -> Result<Caches, OpenError> {
    Err(OpenError::Redis(
        "this program was built without the feature `redis`".to_owned(),
    ))
}

#[cfg(feature = "redis")]
pub(crate) fn link_config(
    config: &Config,
) -> Result<horizon_auth_adapters::cache::redis::RedisConfig, OpenError> {
    use horizon_auth_adapters::cache::redis::{Address, RedisConfig, Topology};

    use crate::config::{RedisServers, Server};

    let Some(redis) = &config.redis else {
        return Err(OpenError::Redis("there is none".to_owned()));
    };
    let address = |server: &Server| Address {
        host: server.host.clone(),
        port: server.port,
    };
    let addresses = |servers: &[Server]| servers.iter().map(address).collect();
    let ca_pem = match &redis.ca_file {
        Some(file) => Some(
            std::fs::read(file)
                .map_err(|error| OpenError::Redis(format!("ca_file {}: {error}", file.display())))?,
        ),
        None => None,
    };
    Ok(RedisConfig {
        topology: match &redis.servers {
            RedisServers::Single(server) => Topology::Single(address(server)),
            RedisServers::Sentinel { sentinels, primary } => Topology::Sentinel {
                sentinels: addresses(sentinels),
                primary: primary.clone(),
            },
            RedisServers::Cluster(nodes) => Topology::Cluster(addresses(nodes)),
        },
        username: redis.username.clone(),
        password: redis
            .password
            .as_ref()
            .map(|password| zeroize::Zeroizing::new(password.reveal().to_owned())),
        database: i64::from(redis.database),
        tls: redis.tls,
        ca_pem,
        prefix: redis.prefix.clone(),
        timeout: redis.timeout,
    })
}
