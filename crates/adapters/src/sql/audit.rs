use async_trait::async_trait;
use horizon_auth_core::domain::audit::{AuditRow, Level, StoredEvent};
use horizon_auth_core::domain::audit_search::{
    AuditFilter, AuditPerson, AuditRecord, AuditScan, AuditSpan, NetworkAddress,
};
use horizon_auth_core::domain::ids::{EventId, RequestId, SessionId, UserId};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Audit, Result};
use uuid::Uuid;

use super::conn::{HasConn, Sql};

#[derive(sqlx::FromRow)]
struct EventRow {
    at: i64,
    event: String,
    session_id: Option<Uuid>,
    ip: String,
    user_agent: Option<String>,
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

#[derive(sqlx::FromRow)]
struct RecordRow {
    id: Uuid,
    tenant_id: String,
    at: i64,
    level: String,
    event: String,
    user_id: Option<Uuid>,
    session_id: Option<Uuid>,
    email: Option<String>,
    ip: String,
    user_agent: Option<String>,
    request_id: Uuid,
    fits: bool,
}

impl From<RecordRow> for AuditRecord {
    fn from(row: RecordRow) -> Self {
        Self {
            id: EventId::from_uuid(row.id),
            at: Timestamp::from_millis(row.at),
            level: row.level,
            event: row.event,
            tenant: row.tenant_id,
            user: row.user_id.map(UserId::from_uuid),
            session: row.session_id.map(SessionId::from_uuid),
            email: row.email,
            ip: Some(row.ip).filter(|ip| !ip.is_empty()),
            user_agent: row.user_agent,
            request: RequestId::from_uuid(row.request_id),
        }
    }
}

/// Rows that fit, and the window's last row in any case.
fn scan(rows: Vec<RecordRow>) -> AuditScan {
    AuditScan {
        reached: rows.last().map(|row| EventId::from_uuid(row.id)),
        found: rows
            .into_iter()
            .filter(|row| row.fits)
            .map(AuditRecord::from)
            .collect(),
    }
}

/// A filter as the statements take it: what is `None` does not matter.
struct Asked<'a> {
    tenant: Option<&'a str>,
    user: Option<Uuid>,
    masked: Option<&'a str>,
    /// Names between commas.
    events: Option<String>,
    least: i64,
    session: Option<Uuid>,
    request: Option<Uuid>,
    plain: Option<String>,
    hashed: Option<String>,
}

impl<'a> Asked<'a> {
    fn of(filter: &'a AuditFilter) -> Self {
        let person = filter.person.as_ref();
        let names: Vec<&str> = filter.events.iter().map(|event| event.row().0).collect();
        let (plain, hashed) = filter.network.as_ref().map(NetworkAddress::texts).unzip();
        Self {
            tenant: filter.tenant.as_ref().map(TenantId::as_str),
            user: person.and_then(AuditPerson::account).map(UserId::uuid),
            masked: person.and_then(AuditPerson::masked),
            events: (!names.is_empty()).then(|| format!(",{},", names.join(","))),
            least: match filter.least {
                Level::Info => 0,
                Level::Warn => 1,
                Level::Error => 2,
            },
            session: filter.session.map(SessionId::uuid),
            request: filter.request.map(RequestId::uuid),
            plain,
            hashed: hashed.flatten(),
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

    async fn list_newest_events(
        &mut self,
        filter: &AuditFilter,
        span: AuditSpan,
        window: i64,
    ) -> Result<AuditScan> {
        let asked = Asked::of(filter);
        let rows = sql!(
            fetch_all RecordRow,
            self,
            "WITH scanned AS (
                 SELECT id, tenant_id, at, level, event, user_id, session_id, email, ip, user_agent, request_id,
                        COALESCE(($7 IS NULL OR $7 LIKE '%,' || event || ',%')
                             AND ($8 = 0 OR level = 'error' OR ($8 = 1 AND level = 'warn'))
                             AND ($9 IS NULL OR session_id = $9)
                             AND ($10 IS NULL OR request_id = $10)
                             AND ($11 IS NULL OR ip = $11 OR ip = $12), FALSE) AS fits
                   FROM audit_events
                  WHERE id >= $1 AND id < $2 AND ($3 IS NULL OR tenant_id = $3)
                    AND (($4 IS NULL AND $5 IS NULL) OR user_id = $4 OR (user_id IS NULL AND email = $5))
                  ORDER BY id DESC LIMIT $6)
             SELECT id, tenant_id, at, level, event, user_id, session_id, email, ip, user_agent, request_id, fits
               FROM scanned WHERE fits OR id = (SELECT id FROM scanned ORDER BY id LIMIT 1)
              ORDER BY id DESC",
            span.from.uuid(),
            span.to.uuid(),
            asked.tenant,
            asked.user,
            asked.masked,
            window,
            asked.events.as_deref(),
            asked.least,
            asked.session,
            asked.request,
            asked.plain.as_deref(),
            asked.hashed.as_deref(),
        )?;
        Ok(scan(rows))
    }

    async fn list_oldest_events(
        &mut self,
        filter: &AuditFilter,
        span: AuditSpan,
        window: i64,
    ) -> Result<AuditScan> {
        let asked = Asked::of(filter);
        let rows = sql!(
            fetch_all RecordRow,
            self,
            "WITH scanned AS (
                 SELECT id, tenant_id, at, level, event, user_id, session_id, email, ip, user_agent, request_id,
                        COALESCE(($7 IS NULL OR $7 LIKE '%,' || event || ',%')
                             AND ($8 = 0 OR level = 'error' OR ($8 = 1 AND level = 'warn'))
                             AND ($9 IS NULL OR session_id = $9)
                             AND ($10 IS NULL OR request_id = $10)
                             AND ($11 IS NULL OR ip = $11 OR ip = $12), FALSE) AS fits
                   FROM audit_events
                  WHERE id >= $1 AND id < $2 AND ($3 IS NULL OR tenant_id = $3)
                    AND (($4 IS NULL AND $5 IS NULL) OR user_id = $4 OR (user_id IS NULL AND email = $5))
                  ORDER BY id LIMIT $6)
             SELECT id, tenant_id, at, level, event, user_id, session_id, email, ip, user_agent, request_id, fits
               FROM scanned WHERE fits OR id = (SELECT id FROM scanned ORDER BY id DESC LIMIT 1)
              ORDER BY id",
            span.from.uuid(),
            span.to.uuid(),
            asked.tenant,
            asked.user,
            asked.masked,
            window,
            asked.events.as_deref(),
            asked.least,
            asked.session,
            asked.request,
            asked.plain.as_deref(),
            asked.hashed.as_deref(),
        )?;
        Ok(scan(rows))
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
