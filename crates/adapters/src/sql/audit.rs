use async_trait::async_trait;
use horizon_auth_core::domain::audit::{AuditRow, StoredEvent};
use horizon_auth_core::domain::ids::{SessionId, UserId};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Audit, Result};
use uuid::Uuid;

use super::conn::{HasConn, Sql};

row! {
    struct EventRow {
        at: i64,
        event: String,
        session_id: Option<Uuid>,
        ip: String,
        user_agent: Option<String>,
    }
}

impl From<EventRow> for StoredEvent {
    fn from(row: EventRow) -> Self {
        Self {
            at: Timestamp::from_millis(row.at),
            event: row.event,
            session: row.session_id.map(SessionId::from_uuid),
            ip: row.ip,
            user_agent: row.user_agent,
        }
    }
}

#[async_trait]
impl<C: HasConn> Audit for Sql<C> {
    async fn insert_audit_event(&mut self, row: &AuditRow) -> Result<()> {
        let (event, level) = row.event.row();
        sql!(
            execute,
            self,
            "INSERT INTO audit_events (id, tenant_id, at, level, event, user_id, session_id, email, ip,
                                       user_agent, request_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            row.id.uuid(),
            row.tenant.as_str(),
            row.at.millis(),
            level.as_str(),
            event,
            row.user.map(UserId::uuid),
            row.session.map(SessionId::uuid),
            row.email.as_deref(),
            row.ip_text(),
            row.user_agent.as_deref(),
            row.request.uuid(),
        )?;
        Ok(())
    }

    async fn list_user_events(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        limit: i64,
    ) -> Result<Vec<StoredEvent>> {
        let rows = sql!(
            fetch_all EventRow,
            self,
            "SELECT at, event, session_id, ip, user_agent FROM audit_events
              WHERE tenant_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT $3",
            tenant.as_str(),
            user.uuid(),
            limit,
        )?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    async fn pseudonymise_user_events(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        pseudonym: UserId,
    ) -> Result<u64> {
        // A token that was shown to another tenant left an event there.
        sql!(
            execute,
            self,
            "UPDATE audit_events SET user_id = $3, session_id = NULL, email = NULL, ip = '', user_agent = NULL
              WHERE user_id = $2 AND (tenant_id = $1 OR event = 'tenant_mismatch')",
            tenant.as_str(),
            user.uuid(),
            pseudonym.uuid(),
        )
    }
}
