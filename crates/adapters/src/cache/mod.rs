//! Denied tokens and counted attempts: at memory speed on one node, shared through Redis by many.

mod counted_key;
pub mod memory;
#[cfg(feature = "redis")]
pub mod redis;
