//! Denied tokens and counted attempts at memory speed.

pub mod memory;
