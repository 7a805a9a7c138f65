//! What nodes share through Redis, with real servers that are starved, stopped and killed.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like tests")]

#[path = "redis/cookies.rs"]
mod cookies;
#[path = "redis/limiter.rs"]
mod limiter;
#[path = "redis/nodes.rs"]
mod nodes;
#[path = "redis/replica.rs"]
mod replica;
#[path = "redis/secure.rs"]
mod secure;
#[path = "redis/support.rs"]
mod support;
