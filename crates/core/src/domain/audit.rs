//! Security and audit events: what happened, to whom, from where (decision D24).

use std::net::IpAddr;

use super::client::Client;
use super::email::Email;
use super::ids::{EventId, RequestId, SessionId, UserId};
use super::tenant::TenantId;
use super::time::Timestamp;

/// How loudly an event should be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Ordinary business.
    Info,
    /// Worth a look when it repeats.
    Warn,
    /// An attack or a fault.
    Error,
}

impl Level {
    /// The stored and logged word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Everything that is recorded. The names are stable: dashboards and alerts use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An account was made.
    Registered,
    /// Somebody tried to register an address that has an account.
    RegistrationRefused,
    /// A password was accepted and a session began.
    LoginSucceeded,
    /// A password was not accepted.
    LoginFailed,
    /// Log-ins for one account come too fast and are delayed.
    AccountLocked,
    /// A refresh token was traded.
    TokenRefreshed,
    /// The same child was handed out again to the same request.
    RefreshReplayed,
    /// A used refresh token was presented again; sessions were ended.
    TokenReuseDetected,
    /// All sessions of the user were ended by the user.
    LoggedOut,
    /// One session was ended by the user.
    SessionEnded,
    /// The password was changed; other sessions were ended.
    PasswordChanged,
    /// A token of one tenant was used in another.
    TenantMismatch,
}

impl Event {
    /// Every event, for documents and dashboards.
    pub const ALL: &'static [Self] = &[
        Self::Registered,
        Self::RegistrationRefused,
        Self::LoginSucceeded,
        Self::LoginFailed,
        Self::AccountLocked,
        Self::TokenRefreshed,
        Self::RefreshReplayed,
        Self::TokenReuseDetected,
        Self::LoggedOut,
        Self::SessionEnded,
        Self::PasswordChanged,
        Self::TenantMismatch,
    ];

    /// Stored name and level.
    #[must_use]
    pub const fn row(self) -> (&'static str, Level) {
        match self {
            Self::Registered => ("registered", Level::Info),
            Self::RegistrationRefused => ("registration_refused", Level::Warn),
            Self::LoginSucceeded => ("login_succeeded", Level::Info),
            Self::LoginFailed => ("login_failed", Level::Warn),
            Self::AccountLocked => ("account_locked", Level::Warn),
            Self::TokenRefreshed => ("token_refreshed", Level::Info),
            Self::RefreshReplayed => ("refresh_replayed", Level::Warn),
            Self::TokenReuseDetected => ("token_reuse_detected", Level::Error),
            Self::LoggedOut => ("logged_out", Level::Info),
            Self::SessionEnded => ("session_ended", Level::Info),
            Self::PasswordChanged => ("password_changed", Level::Info),
            Self::TenantMismatch => ("tenant_mismatch", Level::Warn),
        }
    }
}

/// One event with its circumstances: a row of `audit_events` and a line of the security log.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// Fresh id.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
    /// In which tenant.
    pub tenant: TenantId,
    /// Whose account, where known.
    pub user: Option<UserId>,
    /// Which session, where there is one.
    pub session: Option<SessionId>,
    /// Masked address, where one was given.
    pub email: Option<String>,
    /// From where.
    pub ip: IpAddr,
    /// With what.
    pub user_agent: Option<String>,
    /// In which request.
    pub request: RequestId,
}

impl AuditRow {
    /// An event about nobody in particular yet; the `with_` methods add the rest.
    #[must_use]
    pub fn new(id: EventId, at: Timestamp, event: Event, tenant: &TenantId, client: &Client) -> Self {
        Self {
            id,
            at,
            event,
            tenant: tenant.clone(),
            user: None,
            session: None,
            email: None,
            ip: client.ip,
            user_agent: client.user_agent.clone(),
            request: client.request,
        }
    }

    /// Names the account.
    #[must_use]
    pub fn with_user(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }

    /// Names the session.
    #[must_use]
    pub fn with_session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    /// Adds the masked address.
    #[must_use]
    pub fn with_email(mut self, email: &Email) -> Self {
        self.email = Some(email.masked());
        self
    }
}
