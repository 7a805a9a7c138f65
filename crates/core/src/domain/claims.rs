//! The claims of an access token (decision D6, RFC 9068).

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::ids::{Fingerprint, LifeId, TokenId};
use super::revocation::TokenSubject;

/// Everything an access token says. Times are seconds since the epoch. `Debug` hides the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who.
    #[serde(flatten)]
    pub identity: Identity,
    /// Issued at.
    pub iat: i64,
    /// Expires at.
    pub exp: i64,
    /// Not valid before; never issued, honoured if present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Issuer.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// Id of this token.
    pub jti: TokenId,
    /// The life of the database in which it was issued; none in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life: Option<LifeId>,
}

impl Deref for AccessClaims {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.identity
    }
}

/// An access token that was believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedToken {
    /// What it says.
    pub claims: AccessClaims,
    /// The key that signed it.
    pub key: Fingerprint,
}

impl VerifiedToken {
    /// The parts that revocation looks at.
    #[must_use]
    pub const fn subject(&self) -> TokenSubject {
        let identity = &self.claims.identity;
        TokenSubject {
            token: Some(self.claims.jti),
            session: identity.session,
            user: identity.id,
            epoch: identity.epoch,
            tenant: identity.tenant.fingerprint(),
            tenant_epoch: identity.tenant_epoch,
            key: Some(self.key),
        }
    }
}

impl Deref for VerifiedToken {
    type Target = AccessClaims;

    fn deref(&self) -> &AccessClaims {
        &self.claims
    }
}
