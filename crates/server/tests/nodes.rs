//! Several server processes on one PostgreSQL and one Redis, and everything that can go wrong between them.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may panic like tests"
)]

#[path = "nodes/arrangements.rs"]
mod arrangements;
#[path = "nodes/claims.rs"]
mod claims;
#[path = "nodes/fleet.rs"]
mod fleet;
#[path = "nodes/keys.rs"]
mod keys;
#[path = "nodes/postgres.rs"]
mod postgres;
#[path = "nodes/processes.rs"]
mod processes;
#[path = "nodes/redis.rs"]
mod redis;
#[path = "nodes/rolling.rs"]
mod rolling;
#[path = "program/support.rs"]
#[expect(dead_code, reason = "shared with the tests of one process")]
mod support;
#[path = "nodes/trial.rs"]
mod trial;
#[path = "nodes/watch.rs"]
mod watch;
