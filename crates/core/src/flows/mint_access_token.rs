//! The step that flows share when somebody gets an access token.

use std::time::Duration;

use crate::auth::Auth;
use crate::domain::claims::AccessClaims;
use crate::domain::identity::Identity;
use crate::domain::ids::{SessionId, TokenId};
use crate::domain::time::Timestamp;
use crate::domain::user::User;
use crate::error::Error;

impl Auth {
    /// The access token of a session, for the user as just read.
    pub(super) fn access_token(
        &self,
        user: &User,
        session: SessionId,
        now: Timestamp,
    ) -> Result<String, Error> {
        let policy = self.policy();
        let iat = now.seconds();
        let claims = AccessClaims {
            identity: Identity::new(user, session),
            iat,
            exp: iat + whole_seconds(policy.access_ttl),
            nbf: None,
            iss: policy.issuer.clone(),
            aud: policy.audience.clone(),
            jti: TokenId::mint(now, self.random()?),
            life: self.life().current()?,
        };
        Ok(self.tokens().sign(&claims)?)
    }
}

fn whole_seconds(ttl: Duration) -> i64 {
    i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX)
}
