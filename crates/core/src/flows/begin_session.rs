//! The step that login and registration share: a session with its first refresh token.

use std::fmt;

use crate::auth::Auth;
use crate::domain::client::Client;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::{NewRefreshToken, NewSession};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{Refresh, Secret};
use crate::domain::user::User;
use crate::error::Error;
use crate::ports::store::Tx;

/// A refresh token on its way to the client.
#[derive(Clone, Debug)]
pub struct IssuedRefresh {
    /// The token.
    pub secret: Secret<Refresh>,
    /// The row's expiry; the cookie lives as long.
    pub expires_at: Timestamp,
    /// Now, by the engine's clock.
    pub issued_at: Timestamp,
}

/// A user with a fresh pair of tokens. `Debug` hides both.
#[derive(Clone)]
pub struct LoggedIn {
    /// Who.
    pub user: User,
    /// The signed access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh: IssuedRefresh,
    /// The session.
    pub session: SessionId,
}

impl fmt::Debug for LoggedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggedIn")
            .field("user", &self.user)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// A session that is stored once its transaction commits.
pub(super) struct Begun {
    pub(super) session: SessionId,
    pub(super) refresh: IssuedRefresh,
}

impl Auth {
    /// Begins a session in an open transaction. `None` if the user was
    /// disabled or its credentials changed since `cred_version` was read.
    pub(super) async fn begin_session(
        &self,
        tx: &mut dyn Tx,
        tenant: &TenantId,
        user: UserId,
        cred_version: i64,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<Begun>, Error> {
        let policy = self.policy();
        let absolute_expires_at = now + policy.refresh_absolute_ttl;
        let session = NewSession {
            id: SessionId::mint(now, self.random()?),
            tenant: tenant.clone(),
            user,
            cred_version,
            created_at: now,
            absolute_expires_at,
            user_agent: client.user_agent.clone(),
        };
        if !tx.insert_session(&session).await? {
            return Ok(None);
        }
        let secret = self.fresh_refresh_token()?;
        let expires_at = (now + policy.refresh_idle_ttl).min(absolute_expires_at);
        tx.insert_refresh_token(&NewRefreshToken {
            digest: secret.digest(),
            session: session.id,
            tenant: tenant.clone(),
            issued_at: now,
            idle_expires_at: expires_at,
        })
        .await?;
        let refresh = IssuedRefresh {
            secret,
            expires_at,
            issued_at: now,
        };
        Ok(Some(Begun {
            session: session.id,
            refresh,
        }))
    }
}
