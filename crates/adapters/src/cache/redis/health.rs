//! Whether Redis answers, how fast, and whether it keeps what it is given.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use horizon_auth_core::domain::measure::Calls;
use horizon_auth_core::ports::cache::{CacheError, CacheServer, CacheState};

use super::link::{Link, LinkError};

/// What a look at Redis found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedisHealth {
    /// Time of one round trip.
    pub latency: Duration,
    /// What happens when its memory is full.
    pub eviction: EvictionPolicy,
}

/// The setting `maxmemory-policy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvictionPolicy {
    /// Writes are refused; nothing is lost.
    NoEviction,
    /// Keys are dropped, denied tokens and counted attempts among them.
    Evicts(String),
    /// The server does not say, as some hosted ones.
    Unknown,
}

impl Link {
    /// One round trip.
    ///
    /// # Errors
    /// Redis does not answer in time.
    pub async fn ping(&self) -> Result<Duration, LinkError> {
        let start = Instant::now();
        let _: String = self.call(&::redis::cmd("PING")).await?;
        Ok(start.elapsed())
    }

    /// The lives of all servers of a cluster, primaries and replicas.
    pub(super) async fn lives(&self) -> Result<Vec<String>, LinkError> {
        let mut info = ::redis::cmd("INFO");
        info.arg("server").arg("replication");
        let answers: std::collections::HashMap<String, String> = self.call(&info).await?;
        let named = |line: &&str| line.starts_with("run_id:") || line.starts_with("master_replid:");
        let mut lives: Vec<String> = answers
            .values()
            .flat_map(|text| text.lines().filter(named).map(str::to_owned))
            .collect();
        lives.sort_unstable();
        Ok(lives)
    }

    /// A round trip, and the eviction policy.
    ///
    /// # Errors
    /// Redis does not answer in time.
    pub async fn look(&self) -> Result<RedisHealth, LinkError> {
        let latency = self.ping().await?;
        let mut info = ::redis::cmd("INFO");
        info.arg("memory");
        // A server that keeps this to itself is healthy all the same. A cluster answers per node.
        let text = if self.is_cluster() {
            let per_node: Result<std::collections::HashMap<String, String>, _> = self.call(&info).await;
            per_node.map(|answers| answers.into_values().collect::<Vec<_>>().join("\n"))
        } else {
            self.call::<String>(&info).await
        };
        let eviction = text.map_or(EvictionPolicy::Unknown, |text| eviction_policy(&text));
        Ok(RedisHealth { latency, eviction })
    }
}

#[async_trait]
impl CacheServer for Link {
    async fn look(&self) -> Result<CacheState, CacheError> {
        let health = Self::look(self).await.map_err(|error| {
            tracing::warn!(%error, "Redis does not answer");
            CacheError("Redis does not answer")
        })?;
        let warning = match health.eviction {
            EvictionPolicy::NoEviction | EvictionPolicy::Unknown => None,
            EvictionPolicy::Evicts(_) => Some(
                "drops keys when its memory is full, denied tokens and counted attempts among them; \
                 set maxmemory-policy to noeviction",
            ),
        };
        Ok(CacheState {
            latency: health.latency,
            warning,
        })
    }

    async fn forget_revocations(&self) -> Result<(), CacheError> {
        self.end_stream().await.map_err(|error| {
            tracing::warn!(%error, "Redis did not forget the old stream of revocations");
            CacheError("Redis does not answer")
        })
    }

    fn calls(&self) -> Vec<Calls> {
        Self::calls(self)
    }
}

/// The worst of the policies named in the text.
fn eviction_policy(info: &str) -> EvictionPolicy {
    let named = info
        .lines()
        .filter_map(|line| line.trim().strip_prefix("maxmemory_policy:"));
    let mut policy = EvictionPolicy::Unknown;
    for name in named {
        if name != "noeviction" {
            return EvictionPolicy::Evicts(name.to_owned());
        }
        policy = EvictionPolicy::NoEviction;
    }
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_node_that_evicts_is_enough_to_report() {
        assert_eq!(
            eviction_policy("maxmemory:0\r\nmaxmemory_policy:noeviction\r\n"),
            EvictionPolicy::NoEviction
        );
        assert_eq!(eviction_policy("used_memory:1"), EvictionPolicy::Unknown);
        let mixed = "maxmemory_policy:noeviction\nmaxmemory_policy:allkeys-lru\n";
        assert_eq!(
            eviction_policy(mixed),
            EvictionPolicy::Evicts("allkeys-lru".to_owned())
        );
    }
}
