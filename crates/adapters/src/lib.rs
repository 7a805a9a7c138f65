//! Adapters of Horizon Auth: the only crate that knows SQL, the system clock and the system's randomness.

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
compile_error!("enable at least one of the features `sqlite` and `postgres`");

#[cfg(feature = "breaches")]
pub mod breaches;
pub mod cache;
pub mod mail;
pub mod sql;
pub mod system;
