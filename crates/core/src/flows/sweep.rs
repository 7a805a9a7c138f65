//! Housekeeping: removes what has expired, a little at a time.

use std::time::Duration;

use crate::auth::Auth;
use crate::domain::policy::Policy;
use crate::error::Error;
use crate::ports::store::SweepTarget;

/// Rows per transaction: short enough that nobody waits for it.
const BATCH: i64 = 500;
/// Batches per target and sweep; the rest waits for the next one.
const BATCHES: usize = 20;

/// How long revocations are kept in SQL after they can hit no token.
const REVOCATIONS_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

impl Auth {
    /// Removes expired rows in bounded batches; how many there were. Correctness never depends on it.
    ///
    /// # Errors
    /// `unavailable`; what was removed before stays removed.
    pub async fn sweep(&self) -> Result<u64, Error> {
        let ended = self.now() - Policy::CLOCK_SKEW;
        self.denylist().purge(ended);
        let mut swept = 0;
        for target in SweepTarget::ALL {
            let before = match target {
                // A clock that runs ahead must not make the truth forget what others still need.
                SweepTarget::Revocations => ended - REVOCATIONS_KEPT,
                SweepTarget::ReplayBoxes
                | SweepTarget::Sessions
                | SweepTarget::OneTimeTokens
                | SweepTarget::Outbox => ended,
            };
            for _ in 0..BATCHES {
                let mut tx = self.store().begin().await?;
                let rows = tx.sweep_expired(*target, before, BATCH).await?;
                tx.commit().await?;
                swept += rows;
                if rows < BATCH.unsigned_abs() {
                    break;
                }
            }
        }
        Ok(swept)
    }
}
