use async_trait::async_trait;
use horizon_auth_core::domain::ids::LifeId;
use horizon_auth_core::domain::session::EndReason;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Lives, Result};
use uuid::Uuid;

use super::conn::{HasConn, Sql};
use super::types::{instant, tenant};

/// Named, because the formatter takes the comma out of it in the macro.
type Newest = (Option<i64>,);

// A life is the whole database's: these statements name no tenant.
#[async_trait]
impl<C: HasConn> Lives for Sql<C> {
    async fn find_life(&mut self) -> Result<Option<LifeId>> {
        let row = sql!(fetch_optional(Uuid,), self, "SELECT id FROM lives",)?;
        Ok(row.map(|(id,)| LifeId::from_uuid(id)))
    }

    async fn replace_life(&mut self, life: LifeId, now: Timestamp) -> Result<()> {
        // Only PostgreSQL limits statements, and only of the pool: what follows touches whole tables.
        sql!(
            execute,
            self,
            postgres: "SET LOCAL statement_timeout = 0",
            sqlite: "SELECT 0",
        )?;
        sql!(execute, self, "DELETE FROM lives")?;
        sql!(
            execute,
            self,
            "INSERT INTO lives (id, began_at) VALUES ($1, $2)",
            life.uuid(),
            now.millis(),
        )?;
        Ok(())
    }

    async fn find_newest_event_at(&mut self) -> Result<Option<Timestamp>> {
        let (newest,) = sql!(fetch_one Newest, self, "SELECT MAX(at) FROM audit_events")?;
        Ok(instant(newest))
    }

    async fn revoke_all_sessions(&mut self, reason: EndReason, now: Timestamp) -> Result<u64> {
        sql!(
            execute,
            self,
            "UPDATE sessions SET revoked_at = $1, revoke_reason = $2 WHERE revoked_at IS NULL",
            now.millis(),
            reason.as_str(),
        )
    }

    async fn revoke_all_one_time_tokens(&mut self, now: Timestamp) -> Result<u64> {
        sql!(
            execute,
            self,
            "UPDATE one_time_tokens SET consumed_at = $1 WHERE consumed_at IS NULL",
            now.millis(),
        )
    }

    async fn bury_all_mails(&mut self, now: Timestamp, error: &str) -> Result<u64> {
        sql!(
            execute,
            self,
            "UPDATE outbox SET dead_at = $1, last_error = $2 WHERE sent_at IS NULL AND dead_at IS NULL",
            now.millis(),
            error,
        )
    }

    async fn raise_user_epochs(&mut self, floor: i64) -> Result<u64> {
        sql!(
            execute,
            self,
            "UPDATE users SET token_epoch = CASE WHEN token_epoch < $1 THEN $1 ELSE token_epoch + 1 END",
            floor,
        )
    }

    async fn raise_tenant_epochs(&mut self, floor: i64) -> Result<Vec<(TenantId, i64)>> {
        let rows = sql!(
            fetch_all(String, i64),
            self,
            "UPDATE tenants SET token_epoch = CASE WHEN token_epoch < $1 THEN $1 ELSE token_epoch + 1 END
          RETURNING id, token_epoch",
            floor,
        )?;
        rows.into_iter()
            .map(|(id, epoch)| Ok((tenant(&id)?, epoch)))
            .collect()
    }
}
