//! The claims of an access token (decision D6, RFC 9068).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{SessionId, TokenId, UserId};
use super::revocation::TokenSubject;
use super::role::Role;
use super::tenant::TenantId;

/// Everything an access token says. Times are seconds since the epoch. `Debug` hides the address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who.
    pub sub: UserId,
    /// The canonical address at issue.
    pub email: String,
    /// The tenant.
    #[serde(rename = "tenantId")]
    pub tenant: TenantId,
    /// Sorted role names.
    pub roles: Vec<Role>,
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
    /// Id of its session.
    pub sid: SessionId,
    /// The user's token epoch at issue; compared with cut-offs.
    pub epoch: i64,
}

impl AccessClaims {
    /// The parts that revocation looks at.
    #[must_use]
    pub const fn subject(&self) -> TokenSubject {
        TokenSubject {
            token: self.jti,
            session: self.sid,
            user: self.sub,
            epoch: self.epoch,
        }
    }
}

impl fmt::Debug for AccessClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessClaims")
            .field("sub", &self.sub)
            .field("tenant", &self.tenant)
            .field("roles", &self.roles)
            .field("iat", &self.iat)
            .field("exp", &self.exp)
            .field("jti", &self.jti)
            .field("sid", &self.sid)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}
