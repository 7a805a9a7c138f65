//! Rate limits: which actions are counted, by whom, how fast (decision D20).

use std::net::IpAddr;
use std::time::Duration;

use super::email::Email;
use super::ids::UserId;
use super::mail::MailKind;
use super::tenant::TenantId;

/// At most `limit` hits within any `window` (a sliding window).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Hits allowed.
    pub limit: u32,
    /// Length of the window.
    pub window: Duration,
}

impl Rate {
    /// `limit` hits per `seconds`.
    #[must_use]
    pub const fn per_seconds(limit: u32, seconds: u64) -> Self {
        Self {
            limit,
            window: Duration::from_secs(seconds),
        }
    }
}

/// A limited action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Log-ins by network.
    Login,
    /// Log-ins by account, whoever makes them and whether or not it exists.
    LoginAccount,
    /// Registrations by network.
    Register,
    /// Refreshes by network.
    Refresh,
    /// Requests for a reset link by network.
    PasswordReset,
    /// Requests for another verification mail by network, and for another address by account.
    Resend,
    /// Presented one-time tokens by network.
    OneTimeToken,
    /// Passwords given again by somebody who is logged in, by account.
    Reauthenticate,
    /// Mails of one kind to one address, whether or not it has an account.
    Mail,
    /// Tenants that were named and do not exist, by network.
    UnknownTenant,
    /// Services that did not prove which one they are, by network.
    ClientAuthentication,
    /// Whatever the application counts, at rates of its own.
    Application,
}

impl Rule {
    /// Every rule.
    pub const ALL: &'static [Self] = &[
        Self::Login,
        Self::LoginAccount,
        Self::Register,
        Self::Refresh,
        Self::PasswordReset,
        Self::Resend,
        Self::OneTimeToken,
        Self::Reauthenticate,
        Self::Mail,
        Self::UnknownTenant,
        Self::ClientAuthentication,
        Self::Application,
    ];

    /// Stable name, part of every key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LoginAccount => "login_account",
            Self::Register => "register",
            Self::Refresh => "refresh",
            Self::PasswordReset => "password_reset",
            Self::Resend => "resend",
            Self::OneTimeToken => "one_time_token",
            Self::Reauthenticate => "reauthenticate",
            Self::Mail => "mail",
            Self::UnknownTenant => "unknown_tenant",
            Self::ClientAuthentication => "client_authentication",
            Self::Application => "application",
        }
    }

    /// Whether attempts beyond the limit are let through one by one after a
    /// growing pause, instead of being refused until the window has moved on.
    /// An account must never be locked by somebody who is not its owner.
    #[must_use]
    pub const fn delays(self) -> bool {
        match self {
            Self::LoginAccount | Self::Reauthenticate => true,
            Self::Login
            | Self::Register
            | Self::Refresh
            | Self::PasswordReset
            | Self::Resend
            | Self::OneTimeToken
            | Self::Mail
            | Self::UnknownTenant
            | Self::ClientAuthentication
            | Self::Application => false,
        }
    }
}

/// Whose hits are counted together. The tenant is part of it: counts never cross tenants.
#[derive(Clone, Copy, Debug)]
pub enum Counted<'a> {
    /// A network within a tenant.
    Network(&'a TenantId, IpAddr),
    /// An account within a tenant.
    Account(&'a TenantId, &'a Email),
    /// A known user.
    User(&'a TenantId, UserId),
    /// Mails of one kind to an address within a tenant.
    Mailbox(&'a TenantId, &'a Email, MailKind),
    /// Whatever the application counts: its name for the rule, and its key.
    Application(&'a str, &'a str),
}

/// The values in force. `None` switches a limit off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// See [`Rule::Login`]; 5 a minute.
    pub login: Option<Rate>,
    /// See [`Rule::LoginAccount`]; 10 free attempts in 15 minutes, then growing delays.
    pub login_account: Option<Rate>,
    /// See [`Rule::Register`]; 3 a minute.
    pub register: Option<Rate>,
    /// See [`Rule::Refresh`]; 10 a minute.
    pub refresh: Option<Rate>,
    /// See [`Rule::PasswordReset`]; 3 an hour.
    pub password_reset: Option<Rate>,
    /// See [`Rule::Resend`]; 3 an hour.
    pub resend: Option<Rate>,
    /// See [`Rule::OneTimeToken`]; 10 a minute.
    pub one_time_token: Option<Rate>,
    /// See [`Rule::Reauthenticate`]; 5 free attempts in 15 minutes, then growing delays.
    pub reauthenticate: Option<Rate>,
    /// See [`Rule::Mail`]; 3 an hour.
    pub mail: Option<Rate>,
    /// See [`Rule::UnknownTenant`]; 30 a minute.
    pub unknown_tenant: Option<Rate>,
    /// See [`Rule::ClientAuthentication`]; 10 a minute.
    pub client_authentication: Option<Rate>,
}

impl Limits {
    /// No limits at all, for tests and benchmarks.
    pub const OFF: Self = Self {
        login: None,
        login_account: None,
        register: None,
        refresh: None,
        password_reset: None,
        resend: None,
        one_time_token: None,
        reauthenticate: None,
        mail: None,
        unknown_tenant: None,
        client_authentication: None,
    };

    /// The rate of a rule; none for what is switched off, or is not the engine's to say.
    #[must_use]
    pub const fn rate(&self, rule: Rule) -> Option<Rate> {
        match rule {
            Rule::Login => self.login,
            Rule::LoginAccount => self.login_account,
            Rule::Register => self.register,
            Rule::Refresh => self.refresh,
            Rule::PasswordReset => self.password_reset,
            Rule::Resend => self.resend,
            Rule::OneTimeToken => self.one_time_token,
            Rule::Reauthenticate => self.reauthenticate,
            Rule::Mail => self.mail,
            Rule::UnknownTenant => self.unknown_tenant,
            Rule::ClientAuthentication => self.client_authentication,
            Rule::Application => None,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            login: Some(Rate::per_seconds(5, 60)),
            login_account: Some(Rate::per_seconds(10, 15 * 60)),
            register: Some(Rate::per_seconds(3, 60)),
            refresh: Some(Rate::per_seconds(10, 60)),
            password_reset: Some(Rate::per_seconds(3, 3600)),
            resend: Some(Rate::per_seconds(3, 3600)),
            one_time_token: Some(Rate::per_seconds(10, 60)),
            reauthenticate: Some(Rate::per_seconds(5, 15 * 60)),
            mail: Some(Rate::per_seconds(3, 3600)),
            unknown_tenant: Some(Rate::per_seconds(30, 60)),
            client_authentication: Some(Rate::per_seconds(10, 60)),
        }
    }
}

/// The pause after the `over`-th attempt beyond the free ones: 1 s, 2 s, 4 s … at most a minute.
///
/// An owner who meets an attacker's delay waits at most a minute, so this never
/// becomes a lock-out (ASVS 6.1.1); an attacker gets at most 1,440 guesses a day.
#[must_use]
pub fn account_delay(over: u32) -> Duration {
    const LONGEST: u64 = 60;
    Duration::from_secs(
        1u64.checked_shl(over.saturating_sub(1))
            .unwrap_or(LONGEST)
            .clamp(1, LONGEST),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_a_minute() {
        let seconds: Vec<u64> = (1..=8).map(|over| account_delay(over).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(account_delay(u32::MAX).as_secs(), 60);
    }
}
