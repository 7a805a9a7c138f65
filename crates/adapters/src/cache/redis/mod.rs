//! What all nodes share, in Redis 7 or later (decisions D5, D9, D20).
//!
//! `link` is the connection; `feed` the stream that carries revocations to every node; `denylist`
//! decides from memory what the feed brought, under a lease; `keys` are what other verifiers and
//! `look_up` ask for; `publisher` is the command line's side; `limiter` counts attempts. None of them
//! is the truth: that is SQL.
//! When Redis cannot be asked, every one of them answers with an error and the caller refuses.

mod config;
mod denylist;
mod entry;
mod facts;
mod feed;
mod health;
mod keys;
mod lease;
mod limiter;
mod link;
mod look_up;
mod publisher;
mod question;
mod reader;

pub use config::{Address, RedisConfig, Topology};
pub use denylist::ReplicatedDenylist;
pub use facts::{ClusterFacts, RedisFacts, RedisServerFacts};
pub use health::{EvictionPolicy, RedisHealth};
pub use limiter::RedisLimiter;
pub use link::{Link, LinkError};
pub use look_up::LookUpDenylist;
pub use publisher::PublishingDenylist;
pub use reader::ReadOnlyDenylist;
