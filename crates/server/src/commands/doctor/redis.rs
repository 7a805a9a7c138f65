//! Redis: reachable, new enough, and losing nothing that it is given.

use std::time::Duration;

use horizon_auth::config::{Config, RevocationMode};
use horizon_auth::doctor::{RedisFacts, RedisServerFacts};

use super::finding::{Finding, mib, millis};

const OLDEST: u32 = 7;
/// Of a cluster, all of them.
const SLOTS: u64 = 16_384;

/// Everything about Redis.
pub(super) fn judge(config: &Config, report: &Result<Option<RedisFacts>, String>) -> Vec<Finding> {
    let facts = match report {
        Ok(Some(facts)) => facts,
        Ok(None) => {
            return vec![Finding::not_applicable(
                "redis.reached",
                "none is configured: one process serves this database",
            )];
        }
        Err(why) => {
            return vec![Finding::failed(
                "redis.reached",
                why.clone(),
                "start Redis, or correct the section [redis]; until it answers, tokens are refused with 503",
            )];
        }
    };
    let mut findings = vec![
        version(facts),
        latency(config, facts.latency),
        eviction(&facts.servers),
    ];
    findings.push(memory(&facts.servers));
    findings.push(persistence(&facts.servers, config.revocation.mode));
    findings.push(replicas(&facts.servers));
    findings.push(match &facts.cluster {
        None => Finding::not_applicable("redis.cluster", "no cluster is configured"),
        Some(cluster) if cluster.state == "ok" && cluster.slots_ok == SLOTS => {
            Finding::ok("redis.cluster", format!("ok, {} servers", facts.servers.len()))
        }
        Some(cluster) => Finding::failed(
            "redis.cluster",
            format!(
                "the state is {}, {} of {SLOTS} slots are served",
                cluster.state, cluster.slots_ok
            ),
            "redis-cli --cluster check HOST:PORT",
        ),
    });
    findings
}

/// The server's own name where there are several.
fn named(server: &RedisServerFacts) -> String {
    match server.name.as_str() {
        "" => String::new(),
        name => format!("{name}: "),
    }
}

fn version(facts: &RedisFacts) -> Finding {
    const CHECK: &str = "redis.reached";
    let major = |version: &str| {
        version
            .split('.')
            .next()
            .and_then(|word| word.parse::<u32>().ok())
    };
    let versions = || {
        facts
            .servers
            .iter()
            .filter_map(|server| server.version.as_deref())
    };
    let old = versions().find(|version| major(version).is_some_and(|major| major < OLDEST));
    if let Some(old) = old {
        return Finding::failed(
            CHECK,
            format!("Redis {old}, but 7 or later is needed"),
            "upgrade Redis",
        );
    }
    let deposed = facts.servers.iter().find(|server| !server.is_primary);
    if let (Some(_), None) = (deposed, &facts.cluster) {
        return Finding::failed(
            CHECK,
            "the server is a replica, which takes no writes",
            "name the primary, or the sentinels that know it (redis.sentinels, redis.primary)",
        );
    }
    versions().next().map_or_else(
        || Finding::ok(CHECK, "it does not tell its version"),
        |version| Finding::ok(CHECK, format!("Redis {version}")),
    )
}

/// A node has one lease to write a heartbeat and read it back, five times over.
fn latency(config: &Config, latency: Duration) -> Finding {
    const CHECK: &str = "redis.latency";
    let lease = config.revocation.lease;
    let seen = format!(
        "{} at most for a round trip, the lease is {}",
        millis(latency),
        millis(lease)
    );
    let fix = "bring Redis nearer, or raise revocation.lease";
    if latency * 2 > lease {
        Finding::failed(CHECK, format!("{seen}: nodes would refuse tokens with 503"), fix)
    } else if latency * 10 > lease {
        Finding::warning(CHECK, seen, fix)
    } else {
        Finding::ok(CHECK, seen)
    }
}

fn eviction(servers: &[RedisServerFacts]) -> Finding {
    const CHECK: &str = "redis.eviction";
    let evicts = servers.iter().find_map(|server| {
        let policy = server
            .eviction
            .as_deref()
            .filter(|policy| *policy != "noeviction")?;
        Some(format!("{}maxmemory-policy is {policy}", named(server)))
    });
    if let Some(seen) = evicts {
        return Finding::failed(
            CHECK,
            format!("{seen}: with full memory, denied tokens and counted attempts are dropped"),
            "redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf",
        );
    }
    if servers.iter().any(|server| server.eviction.is_none()) {
        return Finding::warning(
            CHECK,
            "the server does not tell its maxmemory-policy",
            "see with whoever runs it that it is noeviction",
        );
    }
    Finding::ok(CHECK, "noeviction")
}

fn memory(servers: &[RedisServerFacts]) -> Finding {
    const CHECK: &str = "redis.memory";
    for server in servers {
        if let (Some(used), Some(most @ 1..)) = (server.used_memory, server.max_memory)
            && used > most / 10 * 8
        {
            let seen = format!("{}{} of {} are in use", named(server), mib(used), mib(most));
            return Finding::warning(
                CHECK,
                seen,
                "raise maxmemory: when it is full, log-ins are refused",
            );
        }
    }
    let used: u64 = servers.iter().filter_map(|server| server.used_memory).sum();
    Finding::ok(CHECK, format!("{} in use", mib(used)))
}

fn persistence(servers: &[RedisServerFacts], mode: RevocationMode) -> Finding {
    const CHECK: &str = "redis.persistence";
    if let Some(server) = servers.iter().find(|server| server.cannot_write) {
        return Finding::failed(
            CHECK,
            format!("{}its last attempt to write its files failed", named(server)),
            "see the log of Redis; with stop-writes-on-bgsave-error it takes no writes at all",
        );
    }
    let keeps = |server: &RedisServerFacts| {
        let saves = server.saves.as_deref().is_none_or(|saves| !saves.is_empty());
        server.appends.unwrap_or(true) || saves
    };
    if let Some(server) = servers.iter().find(|server| !keeps(server)) {
        let lost = match mode {
            RevocationMode::Replicated => "counted attempts",
            RevocationMode::PerRequest => {
                "counted attempts and what is denied, until a server has read it from the database,"
            }
        };
        return Finding::warning(
            CHECK,
            format!(
                "{}it keeps nothing on disk: {lost} are forgotten when it restarts",
                named(server)
            ),
            "redis-cli CONFIG SET appendonly yes, and the same in redis.conf",
        );
    }
    Finding::ok(CHECK, "it keeps its data on disk")
}

fn replicas(servers: &[RedisServerFacts]) -> Finding {
    const CHECK: &str = "redis.replicas";
    let primaries = || {
        servers
            .iter()
            .filter(|server| server.is_primary && server.replicas > 0)
    };
    let careless = primaries().find(|server| server.min_replicas == Some(0));
    if let Some(server) = careless {
        return Finding::warning(
            CHECK,
            format!(
                "{}{} replicas, and min-replicas-to-write is 0: a primary that was deposed and does not know it goes on",
                named(server),
                server.replicas
            ),
            "redis-cli CONFIG SET min-replicas-to-write 1, and the same in redis.conf",
        );
    }
    match primaries().map(|server| server.replicas).sum::<u64>() {
        0 => Finding::not_applicable(CHECK, "there are none"),
        count => Finding::ok(
            CHECK,
            format!("{count}, and the primary does not write without one"),
        ),
    }
}

#[cfg(test)]
#[path = "redis_tests.rs"]
mod tests;
