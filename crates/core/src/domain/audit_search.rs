//! Looking for events in the trail: what is asked, and what is found.
//!
//! An event's id is made at its instant, so ids are in the order of time: a span of time is a span of ids.

use std::net::IpAddr;

use uuid::Uuid;

use super::audit::{AuditAddress, Event, Level};
use super::email::Email;
use super::ids::{EventId, RequestId, SessionId, UserId};
use super::session::IpHash;
use super::tenant::TenantId;
use super::time::Timestamp;

/// Who an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditPerson {
    /// An account.
    Account(UserId),
    /// An address. Events know it masked only, so those without an account may be about others with the same mask.
    Address {
        /// The account that has the address, if there is one.
        account: Option<UserId>,
        /// The address as events have it.
        masked: String,
    },
}

impl AuditPerson {
    /// Whoever has the address, or tried it.
    #[must_use]
    pub fn of_address(email: &Email, account: Option<UserId>) -> Self {
        Self::Address {
            account,
            masked: email.masked(),
        }
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> Option<UserId> {
        match self {
            Self::Account(user) => Some(*user),
            Self::Address { account, .. } => *account,
        }
    }

    /// The masked address.
    #[must_use]
    pub fn masked(&self) -> Option<&str> {
        match self {
            Self::Account(_) => None,
            Self::Address { masked, .. } => Some(masked),
        }
    }
}

/// Which events are wanted. The default is all of them.
#[derive(Clone, Debug)]
pub struct AuditFilter {
    /// Those of one tenant.
    pub tenant: Option<TenantId>,
    /// Those of these kinds; empty for every kind.
    pub events: Vec<Event>,
    /// Those at least this loud.
    pub least: Level,
    /// Those about one person.
    pub person: Option<AuditPerson>,
    /// Those of one session.
    pub session: Option<SessionId>,
    /// Those of one request.
    pub request: Option<RequestId>,
    /// Those from one network address.
    pub network: Option<NetworkAddress>,
}

impl Default for AuditFilter {
    fn default() -> Self {
        Self {
            tenant: None,
            events: Vec::new(),
            least: Level::Info,
            person: None,
            session: None,
            request: None,
            network: None,
        }
    }
}

/// A network address in the forms that the trail may have it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkAddress {
    /// As it is.
    pub plain: IpAddr,
    /// Under the present key, if there is one.
    pub hashed: Option<IpHash>,
}

impl NetworkAddress {
    /// The stored texts.
    #[must_use]
    pub fn texts(&self) -> (String, Option<String>) {
        let hashed = self.hashed.map(|hash| AuditAddress::Hashed(hash).to_string());
        (AuditAddress::Plain(self.plain).to_string(), hashed)
    }
}

/// From one id on, up to another that is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditSpan {
    /// The first.
    pub from: EventId,
    /// The one after the last.
    pub to: EventId,
}

impl AuditSpan {
    /// From one instant on, up to another that is not part of it.
    #[must_use]
    pub fn of(since: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        Self {
            from: since.map_or(EventId::from_uuid(Uuid::nil()), EventId::first_at),
            to: until.map_or(EventId::from_uuid(Uuid::max()), EventId::first_at),
        }
    }

    /// What of it is before an event.
    #[must_use]
    pub fn before(self, event: EventId) -> Self {
        Self {
            to: self.to.min(event),
            ..self
        }
    }

    /// What of it is after an event.
    #[must_use]
    pub fn after(self, event: EventId) -> Self {
        Self {
            from: self.from.max(event.next()),
            ..self
        }
    }
}

/// An event with all its circumstances, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its id.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// How loud.
    pub level: String,
    /// Its stored name.
    pub event: String,
    /// In which tenant.
    pub tenant: String,
    /// Whose account, where known.
    pub user: Option<UserId>,
    /// Which session, where there is one.
    pub session: Option<SessionId>,
    /// Masked address, where one was given.
    pub email: Option<String>,
    /// From where, plain or hashed, unless that says too much.
    pub ip: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
    /// In which request.
    pub request: RequestId,
}

/// What one look at a window of the trail found.
#[derive(Clone, Debug, Default)]
pub struct AuditScan {
    /// The events of the window that are wanted.
    pub found: Vec<AuditRecord>,
    /// The last event of the window, wanted or not; `None` if the span is empty.
    pub reached: Option<EventId>,
}
