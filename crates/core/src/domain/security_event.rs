//! A security event as applications hear of it: the audit row without what tells about the person.

use super::audit::{AuditRow, Event, Level};
use super::ids::{RequestId, SessionId, UserId};
use super::tenant::TenantId;
use super::time::Timestamp;

/// What happened, to whom, in which request. Holds ids only: no address, no network, no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecurityEvent {
    /// What happened.
    pub event: Event,
    /// When.
    pub at: Timestamp,
    /// In which tenant.
    pub tenant: TenantId,
    /// Whose account, where known.
    pub user: Option<UserId>,
    /// Which session, where there is one.
    pub session: Option<SessionId>,
    /// In which request.
    pub request: RequestId,
}

impl SecurityEvent {
    /// The event's stable name, such as `login_succeeded`: the one in the audit trail and in the security log.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.event.row().0
    }

    /// How loudly it should be heard.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.event.row().1
    }
}

impl From<&AuditRow> for SecurityEvent {
    fn from(row: &AuditRow) -> Self {
        Self {
            event: row.event,
            at: row.at,
            tenant: row.tenant.clone(),
            user: row.user,
            session: row.session,
            request: row.request,
        }
    }
}
