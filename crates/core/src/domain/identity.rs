//! Who somebody is, once a token or a session cookie was believed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{SessionId, UserId};
use super::role::Role;
use super::tenant::TenantId;
use super::user::User;

/// A person in a session. The field names on the wire are those of access tokens (decision D6). `Debug` hides
/// the address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Who.
    #[serde(rename = "sub")]
    pub id: UserId,
    /// The canonical address.
    pub email: String,
    /// The tenant.
    #[serde(rename = "tenantId")]
    pub tenant: TenantId,
    /// Sorted role names.
    pub roles: Vec<Role>,
    /// The session.
    #[serde(rename = "sid")]
    pub session: SessionId,
    /// The user's token epoch; compared with cut-offs.
    pub epoch: i64,
    /// The tenant's token epoch; compared with cut-offs of the whole tenant.
    #[serde(rename = "tenantEpoch", default)]
    pub tenant_epoch: i64,
}

impl Identity {
    /// The user, as just read, in a session.
    #[must_use]
    pub fn new(user: &User, session: SessionId) -> Self {
        Self {
            id: user.id,
            email: user.email.canonical().to_owned(),
            tenant: user.tenant.clone(),
            roles: user.roles.clone(),
            session,
            epoch: user.token_epoch,
            tenant_epoch: user.tenant_epoch,
        }
    }

    /// Whether the person has the role.
    #[must_use]
    pub fn has_role(&self, name: &str) -> bool {
        self.roles.iter().any(|role| role.as_str() == name)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("id", &self.id)
            .field("tenant", &self.tenant)
            .field("roles", &self.roles)
            .field("session", &self.session)
            .field("epoch", &self.epoch)
            .field("tenant_epoch", &self.tenant_epoch)
            .finish_non_exhaustive()
    }
}
