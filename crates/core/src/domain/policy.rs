//! The settings that rules obey, already checked. `core` never sees a configuration file.

use std::borrow::Cow;
use std::time::Duration;

use super::email::Email;
use super::limits::Limits;
use super::locale::Locale;
use super::mail::Sender;
use super::role::Role;
use super::tenant::TenantId;
use super::tenant_hosts::TenantHosts;

/// What happens to sessions when a used refresh token comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReuseScope {
    /// All sessions of the user end. The default.
    User,
    /// Only the session of the token ends.
    Family,
}

/// How a registration answers for an address that already has an account (decision D15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enumeration {
    /// 409, as the design says.
    Explicit,
    /// The same 202 for both, and a notice to the owner.
    Private,
}

/// Cost of an Argon2id hash (decision D13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Argon2Cost {
    /// The default: RFC 9106's second recommended option.
    pub const STANDARD: Self = Self {
        memory_kib: 65_536,
        passes: 3,
        lanes: 4,
    };
    /// The `lean` preset: OWASP's minimum.
    pub const LEAN: Self = Self {
        memory_kib: 19_456,
        passes: 2,
        lanes: 1,
    };
}

/// What the link of a verification mail must come with (issue of pre-registered accounts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationProof {
    /// Nothing: the link proves the mailbox, and the password stays. The default.
    Link,
    /// The account's password, or a new one that replaces it: somebody who registered
    /// another person's address gains nothing when that person clicks.
    Password,
}

/// Whether new passwords are looked up in a list of breached ones, and what happens if it does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreachCheck {
    /// They are not. The default.
    Off,
    /// They are; without an answer they pass.
    FailOpen,
    /// They are; without an answer they are refused with 503.
    FailClosed,
}

/// What flows need to know about mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailPolicy {
    /// Sender of all mails.
    pub from: Sender,
    /// Name of the product, in subjects and texts.
    pub product: String,
    /// `https` or `http` origin that links begin with, without a trailing slash.
    pub public_url: String,
    /// Language of people who chose none.
    pub locale: Locale,
    /// Life of a verification link; 24 hours.
    pub verification_ttl: Duration,
    /// Life of a reset link; 1 hour.
    pub reset_ttl: Duration,
    /// Life of a link that confirms a new address; 1 hour.
    pub email_change_ttl: Duration,
    /// How long one attempt to send may take before another worker may try; 25 s.
    pub lease: Duration,
}

/// Who may change roles of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePolicy {
    /// The role of administrators, each within the own tenant; `admin`.
    pub admin: Role,
    /// Whether administrators make and unmake each other, which is otherwise an operator's business; `false`.
    pub admin_grants_admin: bool,
}

/// How signing keys are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPolicy {
    /// How long verifiers may keep the published set; 1 hour.
    pub jwks_max_age: Duration,
    /// How long a key signs before another one takes its place by itself; `None` is never.
    pub rotation_period: Option<Duration>,
}

/// Everything that flows need to know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Policy {
    /// `iss` of access tokens.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// Life of an access token; 15 minutes.
    pub access_ttl: Duration,
    /// Clock difference forgiven when times are checked; zero.
    pub leeway: Duration,
    /// Changes of keys.
    pub keys: KeyPolicy,
    /// Life of an unused refresh token; 7 days.
    pub refresh_idle_ttl: Duration,
    /// Life of a session, however often it is refreshed; 30 days.
    pub refresh_absolute_ttl: Duration,
    /// How long a used refresh token returns the same child: zero (`strict`) or 10 s (`browser`).
    pub refresh_grace: Duration,
    /// What a reuse ends.
    pub reuse_scope: ReuseScope,
    /// Life of a session that its cookie does not use; 7 days.
    pub session_idle_ttl: Duration,
    /// Life of a session with a cookie, however often it is used; 30 days.
    pub session_absolute_ttl: Duration,
    /// Whether the address must be proved before log-in.
    pub require_verified_email: bool,
    /// Whether a registration sends the link that proves the address.
    pub send_verification: bool,
    /// Whether a registration begins a session with a cookie although log-ins need a proved address.
    pub session_before_verification: bool,
    /// How registration treats known addresses.
    pub enumeration: Enumeration,
    /// What a verification link must come with.
    pub verification_proof: VerificationProof,
    /// Whether the embedded list of common passwords is refused.
    pub blocklist: bool,
    /// Words that no password may consist of, such as the product's name; in lower case.
    pub context_words: Vec<String>,
    /// Whether new passwords are looked up in a list of breached ones.
    pub breach_check: BreachCheck,
    /// Mail.
    pub mail: MailPolicy,
    /// Roles of a new user.
    pub default_roles: Vec<Role>,
    /// The tenant of requests that name none.
    pub default_tenant: TenantId,
    /// Where each tenant has a host of its own; `None` if all share the public URL.
    pub tenant_hosts: Option<TenantHosts>,
    /// Administrators.
    pub roles: RolePolicy,
    /// Most sessions of a user that live at once; `None` is no limit.
    pub max_sessions: Option<u32>,
    /// Whether events keep network addresses only under the first pepper; without a pepper they keep none then.
    pub hash_audit_addresses: bool,
    /// Rates.
    pub limits: Limits,
}

impl Policy {
    /// Time that expired facts are kept beyond their end, so that a node whose
    /// clock is behind never forgets a revocation before the token is dead.
    pub const CLOCK_SKEW: Duration = Duration::from_secs(60);

    /// The defaults of the design for the given tenant and role.
    #[must_use]
    pub fn new(default_tenant: TenantId, default_role: Role) -> Self {
        const MINUTE: u64 = 60;
        const DAY: u64 = 24 * 60 * MINUTE;
        Self {
            issuer: "horizon-auth".into(),
            audience: "horizon-api".into(),
            access_ttl: Duration::from_secs(15 * MINUTE),
            leeway: Duration::ZERO,
            keys: KeyPolicy {
                jwks_max_age: Duration::from_secs(60 * MINUTE),
                rotation_period: None,
            },
            refresh_idle_ttl: Duration::from_secs(7 * DAY),
            refresh_absolute_ttl: Duration::from_secs(30 * DAY),
            refresh_grace: Duration::ZERO,
            reuse_scope: ReuseScope::User,
            session_idle_ttl: Duration::from_secs(7 * DAY),
            session_absolute_ttl: Duration::from_secs(30 * DAY),
            require_verified_email: false,
            send_verification: true,
            session_before_verification: false,
            enumeration: Enumeration::Explicit,
            verification_proof: VerificationProof::Link,
            blocklist: false,
            context_words: vec!["horizon auth".into()],
            breach_check: BreachCheck::Off,
            mail: MailPolicy {
                from: Sender {
                    name: None,
                    email: Email::from_stored("auth@localhost".into(), "auth@localhost".into()),
                },
                product: "Horizon Auth".into(),
                public_url: "http://localhost:3000".into(),
                locale: Locale::english(),
                verification_ttl: Duration::from_secs(DAY),
                reset_ttl: Duration::from_secs(60 * MINUTE),
                email_change_ttl: Duration::from_secs(60 * MINUTE),
                lease: Duration::from_secs(25),
            },
            default_roles: vec![default_role],
            default_tenant,
            tenant_hosts: None,
            roles: RolePolicy {
                admin: Role::admin(),
                admin_grants_admin: false,
            },
            max_sessions: None,
            hash_audit_addresses: false,
            limits: Limits::default(),
        }
    }

    /// Whether nobody logs in before the address is proved. Private enumeration
    /// implies it: otherwise a log-in right after a registration would tell.
    #[must_use]
    pub fn verification_required(&self) -> bool {
        self.require_verified_email || self.enumeration == Enumeration::Private
    }

    /// Whether a registration that a cookie opens begins a session before the address is proved. Never with
    /// private enumeration: only a new address could get one.
    #[must_use]
    pub fn opens_before_verification(&self) -> bool {
        self.session_before_verification && self.enumeration == Enumeration::Explicit
    }

    /// The origin with which links to a tenant begin, and from which its own pages come.
    #[must_use]
    pub fn public_url_of(&self, tenant: &TenantId) -> Cow<'_, str> {
        match &self.tenant_hosts {
            Some(hosts) if *tenant != self.default_tenant => hosts.origin(tenant).into(),
            Some(_) | None => self.mail.public_url.as_str().into(),
        }
    }

    /// How long a revocation must be remembered: until every token it can hit has expired everywhere.
    #[must_use]
    pub fn revocation_ttl(&self) -> Duration {
        self.access_ttl + self.leeway + Self::CLOCK_SKEW
    }
}
