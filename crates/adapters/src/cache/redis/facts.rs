//! What the Redis servers are like, for `horizon-auth doctor`. Reads only.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::clock::Clock;

use super::link::{Link, LinkError};
use crate::facts::ClockFacts;

/// What all servers together are like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedisFacts {
    /// Each server; of a cluster all that answer, otherwise the primary.
    pub servers: Vec<RedisServerFacts>,
    /// The slowest of some round trips.
    pub latency: Duration,
    /// Its clock; of a cluster that of nobody.
    pub clock: Option<ClockFacts>,
    /// The state of the cluster, if it is one.
    pub cluster: Option<ClusterFacts>,
}

/// What a cluster says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterFacts {
    /// `ok`, or `fail`.
    pub state: String,
    /// How many of the 16384 slots are served.
    pub slots_ok: u64,
}

/// What one server says about itself; what it keeps to itself, as some hosted ones do, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedisServerFacts {
    /// Its address in a cluster, otherwise empty.
    pub name: String,
    /// Such as 7.0.15.
    pub version: Option<String>,
    /// Whether it is a primary.
    pub is_primary: bool,
    /// The setting `maxmemory-policy`.
    pub eviction: Option<String>,
    /// Memory in use, in bytes.
    pub used_memory: Option<u64>,
    /// Most memory that it may use, in bytes; 0 without a limit.
    pub max_memory: Option<u64>,
    /// Whether it appends every write to a file.
    pub appends: Option<bool>,
    /// The setting `save`: when it writes everything to a file; empty for never.
    pub saves: Option<String>,
    /// Whether the last attempt to write such files failed.
    pub cannot_write: bool,
    /// Replicas that follow it.
    pub replicas: u64,
    /// The setting `min-replicas-to-write`.
    pub min_replicas: Option<u64>,
}

/// Round trips of which the slowest counts.
const TRIPS: usize = 10;

impl Link {
    /// Asks every server about itself.
    ///
    /// # Errors
    /// Redis does not answer in time.
    pub async fn facts(&self, clock: &dyn Clock) -> Result<RedisFacts, LinkError> {
        self.ping().await?; // connecting is not part of a round trip
        let mut latency = Duration::ZERO;
        for _ in 0..TRIPS {
            latency = latency.max(self.ping().await?);
        }
        let info = ::redis::cmd("INFO");
        let mut servers: Vec<RedisServerFacts> = if self.is_cluster() {
            let answers: HashMap<String, String> = self.call(&info).await?;
            let answers: BTreeMap<String, String> = answers.into_iter().collect();
            answers
                .into_iter()
                .map(|(name, text)| read(name, &text))
                .collect()
        } else {
            vec![read(String::new(), &self.call::<String>(&info).await?)]
        };
        let [saves, min_replicas] = [
            self.setting("save").await,
            self.setting("min-replicas-to-write").await,
        ];
        for server in &mut servers {
            server.saves.clone_from(&saves);
            server.min_replicas = min_replicas.as_deref().and_then(|text| text.parse().ok());
        }
        let is_cluster = self.is_cluster();
        Ok(RedisFacts {
            servers,
            latency,
            clock: if is_cluster { None } else { self.clock(clock).await },
            cluster: if is_cluster { self.cluster().await } else { None },
        })
    }

    /// A setting of the server, of a cluster one of them; `None` if it keeps that to itself.
    async fn setting(&self, name: &str) -> Option<String> {
        let mut command = ::redis::cmd("CONFIG");
        command.arg("GET").arg(name);
        let found: HashMap<String, String> = self.call(&command).await.ok()?;
        found.into_values().next()
    }

    async fn clock(&self, clock: &dyn Clock) -> Option<ClockFacts> {
        let before = clock.now();
        let (seconds, micros): (i64, i64) = self.call(&::redis::cmd("TIME")).await.ok()?;
        let there = Timestamp::from_millis(seconds.saturating_mul(1000).saturating_add(micros / 1000));
        Some(ClockFacts::of(before, there, clock.now()))
    }

    async fn cluster(&self) -> Option<ClusterFacts> {
        let mut command = ::redis::cmd("CLUSTER");
        command.arg("INFO");
        let text: String = self.call(&command).await.ok()?;
        Some(ClusterFacts {
            state: field(&text, "cluster_state")?.to_owned(),
            slots_ok: field(&text, "cluster_slots_ok")?.parse().ok()?,
        })
    }
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines().filter_map(|line| line.trim_end().split_once(':'));
    lines.find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn read(name: String, info: &str) -> RedisServerFacts {
    let number = |name| field(info, name).and_then(|text| text.parse().ok());
    let failed = |name| field(info, name) == Some("err");
    RedisServerFacts {
        name,
        version: field(info, "redis_version").map(str::to_owned),
        is_primary: field(info, "role") != Some("slave"),
        eviction: field(info, "maxmemory_policy").map(str::to_owned),
        used_memory: number("used_memory"),
        max_memory: number("maxmemory"),
        appends: field(info, "aof_enabled").map(|flag| flag == "1"),
        saves: None,
        cannot_write: failed("rdb_last_bgsave_status") || failed("aof_last_write_status"),
        replicas: number("connected_slaves").unwrap_or(0),
        min_replicas: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_about_itself_is_read() {
        let info = "# Server\r\nredis_version:7.0.15\r\nrole:slave\r\nconnected_slaves:2\r\nused_memory:10\r\n\
                    maxmemory:0\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\nrdb_last_bgsave_status:err\r\n";
        let facts = read("a:1".to_owned(), info);
        assert_eq!(facts.version.as_deref(), Some("7.0.15"));
        assert_eq!(
            (facts.is_primary, facts.replicas, facts.cannot_write),
            (false, 2, true)
        );
        assert_eq!(
            (facts.used_memory, facts.max_memory, facts.appends),
            (Some(10), Some(0), Some(true))
        );
        assert_eq!(facts.eviction.as_deref(), Some("noeviction"));
        let silent = read(String::new(), "");
        assert_eq!(silent.version, None);
        assert!(silent.is_primary && !silent.cannot_write);
    }
}
