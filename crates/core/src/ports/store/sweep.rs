use async_trait::async_trait;

use super::Result;
use crate::domain::time::Timestamp;

/// A kind of row that has served its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweepTarget {
    /// Sealed children whose replay window is over: the box is emptied, the row stays.
    ReplayBoxes,
    /// Sessions past their absolute end, with all their refresh tokens.
    /// Consumed tokens live as long as their session, or reuse could not be seen.
    Sessions,
    /// One-time tokens that have expired.
    OneTimeTokens,
    /// Revocations that can hit no token any more.
    Revocations,
    /// Mails that were sent or are pointless now.
    Outbox,
}

impl SweepTarget {
    /// Every target.
    pub const ALL: &'static [Self] = &[
        Self::ReplayBoxes,
        Self::Sessions,
        Self::OneTimeTokens,
        Self::Revocations,
        Self::Outbox,
    ];
}

/// Removal of what has expired. Correctness never depends on it.
#[async_trait]
pub trait Sweep {
    /// Handles at most `batch` rows that ended before `before`; how many there were.
    async fn sweep_expired(&mut self, target: SweepTarget, before: Timestamp, batch: i64) -> Result<u64>;
}
