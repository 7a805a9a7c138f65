//! Adapters of Horizon Auth: the only crate that knows SQL, the system clock and the system's randomness.

#[cfg(feature = "breaches")]
pub mod breaches;
pub mod cache;
pub mod facts;
pub mod mail;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod sql;
#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
#[path = "no_sql.rs"]
pub mod sql;
#[cfg(feature = "sso-client")]
pub mod sso;
pub mod system;
