//! The one error type, and THE table: code, status, title.
//!
//! HTTP, the command line, the reference page and later the NestJS filter all
//! read [`Code::row`]; nothing else decides a status. No variant that a client
//! can see carries free text, so nothing internal can leak into an answer.

use std::time::Duration;

use crate::crypto::CryptoError;
use crate::domain::key_state::KeyRefusal;
use crate::domain::violation::Violation;
use crate::ports::breaches::BreachError;
use crate::ports::cache::CacheError;
use crate::ports::entropy::EntropyError;
use crate::ports::store::StoreError;

/// Why a flow did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input breaks rules; all of them are listed.
    #[error("invalid input")]
    Invalid(Vec<Violation>),
    /// A refusal that needs no more than its code.
    #[error("{}", .0.title())]
    Refused(Code),
    /// Too many attempts; worth another try after this time.
    #[error("rate limited")]
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
    },
    /// No room to hash now; worth another try after this time.
    #[error("overloaded")]
    Overloaded {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The storage did not answer.
    #[error("storage unavailable")]
    Store(#[source] StoreError),
    /// The cache cannot say whether a token is good.
    #[error("revocation state unavailable")]
    Cache(#[from] CacheError),
    /// The list of breached passwords did not answer, and passwords are refused without it.
    #[error(transparent)]
    Breaches(#[from] BreachError),
    /// Signing keys cannot be used or changed as asked. Only a start and an operator's command end so.
    #[error(transparent)]
    Keys(#[from] KeyRefusal),
    /// Ours to fix.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

impl Error {
    /// The code that clients see.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::InvalidInput,
            Self::Refused(code) => *code,
            Self::RateLimited { .. } => Code::RateLimited,
            Self::Overloaded { .. } => Code::Overloaded,
            Self::Store(error) if error.is_corrupt() => Code::Internal,
            Self::Store(_) | Self::Cache(_) | Self::Breaches(_) => Code::Unavailable,
            Self::Internal(_) | Self::Keys(_) => Code::Internal,
        }
    }

    /// The same error about a field of another name, for bodies that call it so.
    #[must_use]
    pub fn about(self, field: &'static str, written: &'static str) -> Self {
        let rename = |violation: Violation| {
            if violation.field == field {
                violation.of(written)
            } else {
                violation
            }
        };
        match self {
            Self::Invalid(violations) => Self::Invalid(violations.into_iter().map(rename).collect()),
            other => other,
        }
    }

    /// How long a client should wait before it tries again, where waiting helps.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after } => Some(*retry_after),
            // A row that cannot be read stays unreadable: waiting does not help.
            Self::Store(error) if error.is_corrupt() => None,
            Self::Store(_) | Self::Cache(_) | Self::Breaches(_) => Some(Duration::from_secs(1)),
            Self::Invalid(_) | Self::Refused(_) | Self::Internal(_) | Self::Keys(_) => None,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<EntropyError> for Error {
    fn from(_: EntropyError) -> Self {
        Self::Internal("the operating system gave no random bytes")
    }
}

impl From<CryptoError> for Error {
    fn from(error: CryptoError) -> Self {
        Self::Internal(error.reason())
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Self::Invalid(vec![violation])
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident => ($wire:literal, $status:literal, $title:literal),)+) => {
        /// A stable, machine-readable reason. Clients branch on its wire name, never on the words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Wire name, HTTP status, and the sentence shown to people.
            #[must_use]
            pub const fn row(self) -> (&'static str, u16, &'static str) {
                match self {
                    $(Self::$name => ($wire, $status, $title),)+
                }
            }
        }
    };
}

codes! {
    /// One or more fields break a rule.
    InvalidInput => ("invalid_input", 400, "The request is not valid"),
    /// The body is not JSON.
    MalformedJson => ("malformed_json", 400, "The body is not valid JSON"),
    /// A header is not valid.
    InvalidHeader => ("invalid_header", 400, "A request header is not valid"),
    /// The request names its tenant twice, or by something that cannot be a name.
    TenantInvalid => ("tenant_invalid", 400, "The request does not name a tenant properly"),
    /// A role was named that the tenant does not have.
    UnknownRole => ("unknown_role", 400, "There is no such role in this tenant"),
    /// The one-time token of a mail is unknown, used, expired or for another purpose.
    LinkInvalid => ("link_invalid", 400, "This link is invalid or has expired"),
    /// Unknown address, wrong password or disabled account: deliberately one code.
    InvalidCredentials => ("invalid_credentials", 401, "Invalid credentials"),
    /// No access token came with the request.
    TokenMissing => ("token_missing", 401, "Authentication is required"),
    /// The access token is not one of ours.
    TokenInvalid => ("token_invalid", 401, "Invalid token"),
    /// The access token has expired.
    TokenExpired => ("token_expired", 401, "Token expired"),
    /// The access token was revoked.
    TokenRevoked => ("token_revoked", 401, "Token revoked"),
    /// The session cookie is not one of ours.
    SessionInvalid => ("session_invalid", 401, "Invalid session; log in again"),
    /// No refresh token came with the request.
    RefreshMissing => ("refresh_missing", 401, "No refresh token was sent"),
    /// The refresh token is unknown.
    RefreshInvalid => ("refresh_invalid", 401, "Invalid refresh token"),
    /// The refresh token was not used in time.
    RefreshExpired => ("refresh_expired", 401, "Refresh token expired"),
    /// The session of the token or cookie is over.
    SessionEnded => ("session_ended", 401, "The session has ended; log in again"),
    /// A used refresh token came back; sessions were ended.
    RefreshReused => ("refresh_reused", 401, "This refresh token was already used; log in again"),
    /// A service that asks about tokens did not prove which one it is (RFC 6749 section 5.2).
    ClientInvalid => ("invalid_client", 401, "Client authentication failed"),
    /// The password that was asked for again is wrong.
    PasswordIncorrect => ("password_incorrect", 403, "The current password is not correct"),
    /// The caller is known and lacks the role that is asked for.
    Forbidden => ("forbidden", 403, "You may not do this"),
    /// Nobody gives roles to themselves.
    OwnRoles => ("own_roles", 403, "Your own roles can only be changed by somebody else"),
    /// The role of administrators is in the hands of operators.
    RoleReserved => ("role_reserved", 403, "Only an operator gives or takes this role"),
    /// A browser sent the request from another site.
    CrossSite => ("cross_site", 403, "Cross-site requests are not allowed"),
    /// An unsafe request with a session cookie brought no token that fits the session.
    CsrfInvalid => ("csrf_invalid", 403, "The CSRF token is missing or does not fit the session"),
    /// The address must be proved first.
    EmailNotVerified => ("email_not_verified", 403, "Verify your e-mail address first"),
    /// A token of one tenant was used in another.
    TenantMismatch => ("tenant_mismatch", 403, "The token belongs to another tenant"),
    /// The tenant is switched off; nobody logs in to it and nothing of it works.
    TenantDisabled => ("tenant_disabled", 403, "This tenant is disabled"),
    /// No such tenant.
    UnknownTenant => ("unknown_tenant", 404, "Unknown tenant"),
    /// No such route.
    NotFound => ("not_found", 404, "Not found"),
    /// The route exists, but not with this method.
    MethodNotAllowed => ("method_not_allowed", 405, "Method not allowed"),
    /// The body did not arrive in time.
    RequestTimeout => ("request_timeout", 408, "The request body took too long"),
    /// The address has an account.
    EmailTaken => ("email_taken", 409, "Email already registered"),
    /// The default tenant stays, and nobody else gets its host.
    TenantReserved => ("tenant_reserved", 409, "This tenant is the default one or stands in its place"),
    /// The role cannot go while somebody has it or a new account gets it.
    RoleInUse => ("role_in_use", 409, "The role is in use"),
    /// The body is too large.
    PayloadTooLarge => ("payload_too_large", 413, "The request body is too large"),
    /// The body is not declared as JSON.
    UnsupportedMediaType => ("unsupported_media_type", 415, "Content-Type must be application/json"),
    /// Too many attempts.
    RateLimited => ("rate_limited", 429, "Too many requests; try again later"),
    /// Ours to fix.
    Internal => ("internal", 500, "Internal server error"),
    /// No room to hash a password now.
    Overloaded => ("overloaded", 503, "The service is busy; try again"),
    /// A part that is needed to answer safely cannot be reached.
    Unavailable => ("unavailable", 503, "The service is temporarily unavailable"),
}

impl Code {
    /// The machine-readable name.
    #[must_use]
    pub const fn wire(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// The sentence shown to people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.row().2
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Refused(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_wire_name_and_an_error_status() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.wire()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| (400..600).contains(&code.status())));
    }
}
