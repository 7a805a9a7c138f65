use async_trait::async_trait;
use horizon_auth_core::domain::audit::AuditRow;
use horizon_auth_core::domain::ids::{SessionId, UserId};
use horizon_auth_core::ports::store::{Audit, Result};

use super::conn::{HasConn, Sql};

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
            row.ip.to_string(),
            row.user_agent.as_deref(),
            row.request.uuid(),
        )?;
        Ok(())
    }
}
