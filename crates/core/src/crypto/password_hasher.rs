//! Password hashing within a memory budget.

use std::time::Duration;

use crate::domain::policy::Argon2Cost;

/// Which implementation of Argon2id computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashEngine {
    /// `argon2-rust`: about twice as fast, young. The default.
    Fast,
    /// RustCrypto `argon2`: slower, long established.
    Conservative,
}

/// How much may be hashed at once, and at what cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasherConfig {
    /// Cost of new hashes.
    pub cost: Argon2Cost,
    /// Memory that all running hashes may use together, in MiB; decides how many run at once.
    pub memory_mib: u32,
    /// Most hashes that may run at once, whatever the memory; the number of cores is sensible.
    pub max_parallel: usize,
    /// Most requests that may wait for a place.
    pub max_queue: usize,
    /// Longest time a request may wait for a place.
    pub queue_deadline: Duration,
    /// Whether bcrypt hashes are verified (and replaced at the next log-in).
    pub bcrypt: bool,
    /// Which implementation.
    pub engine: HashEngine,
}
