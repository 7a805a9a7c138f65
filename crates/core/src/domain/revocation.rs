//! What kills access tokens before they expire.
//!
//! A session is denied by its id. All tokens of a user are denied by a cut-off
//! that counts instead of telling time: every token carries the user's
//! `token_epoch` at issue, and a cut-off names the lowest epoch still accepted.
//! Two nodes whose clocks differ can therefore never disagree about which token
//! came first (see the record on counted cut-offs in `docs/adr`).

use super::ids::{Fingerprint, SessionId, TokenId, UserId};
use super::tenant::TenantId;
use super::time::Timestamp;

/// Which tokens a revocation hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Revoked {
    /// One access token.
    Token(TokenId),
    /// Every access token of one session.
    Session(SessionId),
    /// Every access token of the user older than `min_epoch`.
    User {
        /// Whose tokens.
        user: UserId,
        /// The lowest epoch still accepted.
        min_epoch: i64,
    },
    /// Everything of a tenant older than `min_epoch`.
    Tenant {
        /// Stands for the tenant's name.
        tenant: Fingerprint,
        /// The lowest epoch of the tenant still accepted.
        min_epoch: i64,
    },
    /// Every access token signed with a key, named by the fingerprint of its id.
    Key(Fingerprint),
}

/// One row of the revocation table: the truth that caches replicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The tenant in which it was caused.
    pub tenant: TenantId,
    /// What is denied.
    pub what: Revoked,
    /// When the last token that it can hit has expired.
    pub expires_at: Timestamp,
}

/// The parts of a verified token, or of a session, that revocation looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenSubject {
    /// The `jti` claim; a session cookie has none.
    pub token: Option<TokenId>,
    /// The `sid` claim.
    pub session: SessionId,
    /// The `sub` claim.
    pub user: UserId,
    /// The `epoch` claim.
    pub epoch: i64,
    /// Stands for the `tenantId` claim.
    pub tenant: Fingerprint,
    /// The `tenantEpoch` claim.
    pub tenant_epoch: i64,
    /// Stands for the `kid` header; a session cookie has none.
    pub key: Option<Fingerprint>,
}

impl Revoked {
    /// Whether a token with these claims is hit.
    #[must_use]
    pub fn hits(&self, subject: &TokenSubject) -> bool {
        match *self {
            Self::Token(token) => subject.token == Some(token),
            Self::Session(session) => session == subject.session,
            Self::User { user, min_epoch } => user == subject.user && subject.epoch < min_epoch,
            Self::Tenant { tenant, min_epoch } => {
                tenant == subject.tenant && subject.tenant_epoch < min_epoch
            }
            Self::Key(key) => subject.key == Some(key),
        }
    }
}
