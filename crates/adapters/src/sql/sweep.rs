use async_trait::async_trait;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Result, Sweep, SweepTarget};

use super::conn::{HasConn, Sql};

// Housekeeping crosses tenants on purpose: these statements name no tenant.
#[async_trait]
impl<C: HasConn> Sweep for Sql<C> {
    async fn sweep_expired(&mut self, target: SweepTarget, before: Timestamp, batch: i64) -> Result<u64> {
        let before = before.millis();
        match target {
            SweepTarget::ReplayBoxes => sql!(
                execute,
                self,
                "UPDATE refresh_tokens SET replay_box = NULL, retry_tag = NULL WHERE digest IN (
                    SELECT digest FROM refresh_tokens
                     WHERE replay_box IS NOT NULL AND replay_until < $1 ORDER BY replay_until LIMIT $2)",
                before,
                batch,
            ),
            SweepTarget::Sessions => sql!(
                execute,
                self,
                "DELETE FROM sessions WHERE id IN (
                    SELECT id FROM sessions WHERE absolute_expires_at < $1 ORDER BY absolute_expires_at LIMIT $2)",
                before,
                batch,
            ),
            SweepTarget::OneTimeTokens => sql!(
                execute,
                self,
                "DELETE FROM one_time_tokens WHERE digest IN (
                    SELECT digest FROM one_time_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
                before,
                batch,
            ),
            SweepTarget::Revocations => sql!(
                execute,
                self,
                "DELETE FROM revocations WHERE (kind, subject, min_epoch) IN (
                    SELECT kind, subject, min_epoch FROM revocations
                     WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
                before,
                batch,
            ),
            SweepTarget::Outbox => sql!(
                execute,
                self,
                "DELETE FROM outbox WHERE id IN (
                    SELECT id FROM outbox WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
                before,
                batch,
            ),
        }
    }
}
