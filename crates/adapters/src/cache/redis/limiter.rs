//! Sliding windows that all nodes share.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use horizon_auth_core::domain::limits::{Counted, Rate, Rule};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::cache::{CacheError, Limiter};
use uuid::Uuid;

use super::link::Link;
use crate::cache::counted_key::key;

/// Counts one attempt, or says in milliseconds how long to wait. One atomic step, by the clock of
/// Redis, so that nodes whose clocks differ still share one window. The pause doubles with every
/// attempt beyond the free ones, as `account_delay` in the domain says.
const HIT: &str = r"
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local over = redis.call('ZCARD', KEYS[1]) - limit
if over >= 0 then
    local wait
    if ARGV[3] == 'delay' then
        local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
        wait = last[2] and last[2] + math.min(60, 2 ^ over) * 1000 - now or 0
    else
        local oldest = redis.call('ZRANGE', KEYS[1], over, over, 'WITHSCORES')
        wait = math.max(1, (oldest[2] or now) + window - now)
    end
    if wait > 0 then
        return wait
    end
end
redis.call('ZADD', KEYS[1], now, ARGV[4])
redis.call('PEXPIRE', KEYS[1], window)
return 0
";

/// Counts attempts in Redis: one window for all nodes.
#[derive(Debug)]
pub struct RedisLimiter {
    link: Arc<Link>,
}

impl RedisLimiter {
    /// Counts through this link.
    #[must_use]
    pub fn new(link: Arc<Link>) -> Self {
        Self { link }
    }

    fn key(&self, rule: Rule, counted: Counted<'_>) -> String {
        let digest = Uuid::from_bytes(key(rule, counted));
        self.link
            .key(&format!("rl:{}:{}", rule.as_str(), digest.simple()))
    }
}

#[async_trait]
impl Limiter for RedisLimiter {
    async fn hit(
        &self,
        rule: Rule,
        counted: Counted<'_>,
        rate: Rate,
        _now: Timestamp,
    ) -> Result<Option<Duration>, CacheError> {
        let mut script = ::redis::cmd("EVAL");
        script
            .arg(HIT)
            .arg(1)
            .arg(self.key(rule, counted))
            .arg(rate.limit)
            .arg(u64::try_from(rate.window.as_millis()).unwrap_or(u64::MAX))
            .arg(if rule.delays() { "delay" } else { "refuse" })
            .arg(self.link.new_name());
        let wait: u64 = self
            .link
            .call(&script)
            .await
            .map_err(|error| unavailable(&error))?;
        Ok((wait > 0).then(|| Duration::from_millis(wait)))
    }

    async fn forgive(&self, rule: Rule, counted: Counted<'_>) -> Result<(), CacheError> {
        let mut forget = ::redis::cmd("DEL");
        forget.arg(self.key(rule, counted));
        self.link.call(&forget).await.map_err(|error| unavailable(&error))
    }
}

fn unavailable(error: &super::LinkError) -> CacheError {
    tracing::warn!(%error, "attempts cannot be counted");
    CacheError("Redis does not count attempts")
}
