//! The in-process cache: right for one node, and for nothing else (decision D5).

mod denylist;
mod limiter;

pub use denylist::MemoryDenylist;
pub use limiter::MemoryLimiter;
