//! Security and audit events: what happened, to whom, from where (decision D24).

use std::fmt;
use std::net::IpAddr;

use super::client::Client;
use super::email::Email;
use super::ids::{EventId, RequestId, SessionId, UserId};
use super::session::IpHash;
use super::tenant::TenantId;
use super::time::Timestamp;

/// How loudly an event should be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// One session was ended by its user, or by an operator.
    SessionEnded,
    /// All sessions of the user but one were ended by the user, in that one.
    OtherSessionsEnded,
    /// The password was changed; other sessions were ended.
    PasswordChanged,
    /// Somebody asked for a link to set a new password; whether there is an account is not said.
    PasswordResetRequested,
    /// A password was replaced by somebody who reads the mailbox; all sessions were ended.
    PasswordReset,
    /// Somebody asked for another mail to prove an address.
    VerificationRequested,
    /// Somebody proved to read the mailbox of the account.
    EmailVerified,
    /// Another address was asked for; it must be proved first.
    EmailChangeRequested,
    /// The account has another address.
    EmailChanged,
    /// Name or language was changed.
    ProfileUpdated,
    /// Somebody with an access token gave a wrong password.
    ReauthenticationFailed,
    /// The owner switched the account off.
    AccountDeactivated,
    /// The owner switched the account on again.
    AccountReactivated,
    /// The account and everything of it was deleted; the trail keeps a pseudonym.
    AccountDeleted,
    /// The owner took a copy of the account's data.
    DataExported,
    /// An operator made an account.
    AccountCreated,
    /// An account came from another system.
    AccountImported,
    /// An operator switched the account off; all sessions were ended.
    AccountDisabled,
    /// An operator switched the account on.
    AccountEnabled,
    /// An operator or an administrator changed the roles; access tokens with the old ones are dead.
    RolesChanged,
    /// An operator made a role that can be granted.
    RoleCreated,
    /// An operator removed a role that nobody had.
    RoleDeleted,
    /// An administrator vouched for the address of the account.
    EmailVouchedFor,
    /// An operator ended all sessions of the account.
    SessionsEnded,
    /// The application began a session for somebody whom it vouches for.
    SessionOpened,
    /// The application had an access token signed for somebody whom it vouches for.
    TokenIssued,
    /// The application denied one access token.
    TokenRevoked,
    /// An operator took a copy of all accounts with their password hashes.
    HashesExported,
    /// A new signing key was published; it signs when every verifier has it.
    KeyAdded,
    /// The next signing key signs; the one before retires.
    KeyRotated,
    /// A signing key is gone: its last tokens have expired.
    KeyRetired,
    /// A signing key was withdrawn at once, with all its tokens.
    KeyRevoked,
    /// A mail could not be delivered and is given up.
    MailFailed,
    /// A token of one tenant was used in another.
    TenantMismatch,
    /// An operator made a tenant.
    TenantCreated,
    /// An operator switched a tenant off; all its sessions were ended.
    TenantDisabled,
    /// An operator switched a tenant on.
    TenantEnabled,
    /// An operator restored the database from a backup; everything issued before was made worthless.
    DatabaseRestored,
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
        Self::OtherSessionsEnded,
        Self::PasswordChanged,
        Self::PasswordResetRequested,
        Self::PasswordReset,
        Self::VerificationRequested,
        Self::EmailVerified,
        Self::EmailChangeRequested,
        Self::EmailChanged,
        Self::ProfileUpdated,
        Self::ReauthenticationFailed,
        Self::AccountDeactivated,
        Self::AccountReactivated,
        Self::AccountDeleted,
        Self::DataExported,
        Self::AccountCreated,
        Self::AccountImported,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::RolesChanged,
        Self::RoleCreated,
        Self::RoleDeleted,
        Self::EmailVouchedFor,
        Self::SessionsEnded,
        Self::SessionOpened,
        Self::TokenIssued,
        Self::TokenRevoked,
        Self::HashesExported,
        Self::KeyAdded,
        Self::KeyRotated,
        Self::KeyRetired,
        Self::KeyRevoked,
        Self::MailFailed,
        Self::TenantMismatch,
        Self::TenantCreated,
        Self::TenantDisabled,
        Self::TenantEnabled,
        Self::DatabaseRestored,
    ];

    /// The event with that exact stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.row().0 == name)
    }

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
            Self::OtherSessionsEnded => ("other_sessions_ended", Level::Info),
            Self::PasswordChanged => ("password_changed", Level::Info),
            Self::PasswordResetRequested => ("password_reset_requested", Level::Info),
            Self::PasswordReset => ("password_reset", Level::Warn),
            Self::VerificationRequested => ("verification_requested", Level::Info),
            Self::EmailVerified => ("email_verified", Level::Info),
            Self::EmailChangeRequested => ("email_change_requested", Level::Warn),
            Self::EmailChanged => ("email_changed", Level::Warn),
            Self::ProfileUpdated => ("profile_updated", Level::Info),
            Self::ReauthenticationFailed => ("reauthentication_failed", Level::Warn),
            Self::AccountDeactivated => ("account_deactivated", Level::Info),
            Self::AccountReactivated => ("account_reactivated", Level::Info),
            Self::AccountDeleted => ("account_deleted", Level::Warn),
            Self::DataExported => ("data_exported", Level::Info),
            Self::AccountCreated => ("account_created", Level::Info),
            Self::AccountImported => ("account_imported", Level::Info),
            Self::AccountDisabled => ("account_disabled", Level::Warn),
            Self::AccountEnabled => ("account_enabled", Level::Info),
            Self::RolesChanged => ("roles_changed", Level::Warn),
            Self::RoleCreated => ("role_created", Level::Info),
            Self::RoleDeleted => ("role_deleted", Level::Info),
            Self::EmailVouchedFor => ("email_vouched_for", Level::Warn),
            Self::SessionsEnded => ("sessions_ended", Level::Warn),
            Self::SessionOpened => ("session_opened", Level::Info),
            Self::TokenIssued => ("token_issued", Level::Info),
            Self::TokenRevoked => ("token_revoked", Level::Warn),
            Self::HashesExported => ("hashes_exported", Level::Warn),
            Self::KeyAdded => ("key_added", Level::Info),
            Self::KeyRotated => ("key_rotated", Level::Info),
            Self::KeyRetired => ("key_retired", Level::Info),
            Self::KeyRevoked => ("key_revoked", Level::Error),
            Self::MailFailed => ("mail_failed", Level::Error),
            Self::TenantMismatch => ("tenant_mismatch", Level::Warn),
            Self::TenantCreated => ("tenant_created", Level::Info),
            Self::TenantDisabled => ("tenant_disabled", Level::Warn),
            Self::TenantEnabled => ("tenant_enabled", Level::Info),
            Self::DatabaseRestored => ("database_restored", Level::Warn),
        }
    }
}

/// An event as stored, for its subject or an operator to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// When.
    pub at: Timestamp,
    /// Its stored name.
    pub event: String,
    /// Which session, where there is one.
    pub session: Option<SessionId>,
    /// From where.
    pub ip: String,
    /// With what.
    pub user_agent: Option<String>,
}

/// A network address as the trail keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAddress {
    /// As it is.
    Plain(IpAddr),
    /// Under a key: equal addresses are recognised, none can be read.
    Hashed(IpHash),
}

impl fmt::Display for AuditAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(address) => address.fmt(f),
            Self::Hashed(IpHash(hash)) => hash.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
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
    /// From where, unless that says too much.
    pub ip: Option<AuditAddress>,
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
            ip: Some(AuditAddress::Plain(client.ip)),
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

    /// An event about somebody that an administrator caused, in the session that is named. Whose session that
    /// is, the trail knows; the person whose account it is does not learn the administrator's network address.
    #[must_use]
    pub fn caused_in(self, session: SessionId) -> Self {
        Self {
            session: Some(session),
            ip: None,
            user_agent: None,
            ..self
        }
    }

    /// Adds the masked address.
    #[must_use]
    pub fn with_email(mut self, email: &Email) -> Self {
        self.email = Some(email.masked());
        self
    }

    /// The same about somebody who has a pseudonym from now on: nothing in it leads to the person.
    #[must_use]
    pub fn under_pseudonym(self, pseudonym: UserId) -> Self {
        Self {
            user: Some(pseudonym),
            session: None,
            email: None,
            ip: None,
            user_agent: None,
            ..self
        }
    }

    /// The network address as stored; empty if it is not told.
    #[must_use]
    pub fn ip_text(&self) -> String {
        self.ip.map_or_else(String::new, |ip| ip.to_string())
    }
}
