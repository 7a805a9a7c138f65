//! The step that log-ins share: a session with its first refresh token, or with its cookie.

use std::fmt;

use crate::auth::Auth;
use crate::domain::audit::AuditRow;
use crate::domain::client::Client;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::revocation::Revocation;
use crate::domain::session::{NewCookie, NewRefreshToken, NewSession};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{Refresh, Secret, SessionCookie};
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

/// A session cookie on its way to the client.
#[derive(Clone, Debug)]
pub struct IssuedCookie {
    /// The secret.
    pub secret: Secret<SessionCookie>,
    /// The end of the session that no use can move; the cookie lives as long.
    pub expires_at: Timestamp,
    /// Now, by the engine's clock.
    pub issued_at: Timestamp,
}

/// A user with a fresh session that a cookie opens. `Debug` hides the secret.
#[derive(Clone, Debug)]
pub struct SessionOpened {
    /// Who.
    pub user: User,
    /// The session.
    pub session: SessionId,
    /// Its cookie.
    pub cookie: IssuedCookie,
}

/// What opens a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// Refresh tokens.
    Tokens,
    /// A cookie.
    Cookie,
}

/// Whose session begins, and what opens it.
pub(super) struct Beginner<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) user: UserId,
    /// The credential version that was checked.
    pub(super) cred_version: i64,
    pub(super) client: &'a Client,
    pub(super) means: Means,
}

/// A session that is stored once its transaction commits.
pub(super) struct Begun {
    pub(super) session: SessionId,
    /// The epoch of the tenant that the session carries.
    tenant_epoch: i64,
    /// Older sessions that end with the commit, and must be denied with it.
    pub(super) ended: Vec<Revocation>,
    issued: Issued,
}

enum Issued {
    Refresh(IssuedRefresh),
    Cookie(IssuedCookie),
}

/// A log-in by either means.
pub(super) enum Opened {
    Tokens(LoggedIn),
    Cookie(SessionOpened),
}

impl Opened {
    /// The tokens, for flows that asked for them.
    pub(super) fn tokens(self) -> Result<LoggedIn, Error> {
        match self {
            Self::Tokens(logged_in) => Ok(logged_in),
            Self::Cookie(_) => Err(Error::Internal("a cookie where tokens were asked for")),
        }
    }

    /// The cookie, for flows that asked for it.
    pub(super) fn cookie(self) -> Result<SessionOpened, Error> {
        match self {
            Self::Cookie(opened) => Ok(opened),
            Self::Tokens(_) => Err(Error::Internal("tokens where a cookie was asked for")),
        }
    }
}

impl Auth {
    /// Begins a session in an open transaction, always with a new id and a new secret; commit it with
    /// [`Auth::commit_begun`]. `None` if the user was disabled or its credentials changed since `cred_version` was
    /// read, or if its tenant is disabled.
    pub(super) async fn begin_session(
        &self,
        tx: &mut dyn Tx,
        who: Beginner<'_>,
        now: Timestamp,
    ) -> Result<Option<Begun>, Error> {
        let ended = self.make_room(tx, who.tenant, who.user, now).await?;
        let policy = self.policy();
        let absolute_ttl = match who.means {
            Means::Tokens => policy.refresh_absolute_ttl,
            Means::Cookie => policy.session_absolute_ttl,
        };
        let mut session = NewSession {
            id: SessionId::mint(now, self.random()?),
            tenant: who.tenant.clone(),
            user: who.user,
            cred_version: who.cred_version,
            created_at: now,
            absolute_expires_at: now + absolute_ttl,
            user_agent: who.client.user_agent.clone(),
            ip_hash: self.hasher().peppers().hash_address(who.client.ip),
            cookie: None,
        };
        let cookie = match who.means {
            Means::Tokens => None,
            Means::Cookie => Some(self.cookie_of(&mut session)?),
        };
        let Some(tenant_epoch) = tx.insert_session(&session).await? else {
            return Ok(None);
        };
        let issued = match cookie {
            Some(cookie) => Issued::Cookie(cookie),
            None => Issued::Refresh(self.first_refresh_token(tx, &session).await?),
        };
        Ok(Some(Begun {
            session: session.id,
            tenant_epoch,
            ended,
            issued,
        }))
    }

    /// Gives a session to insert its cookie.
    fn cookie_of(&self, session: &mut NewSession) -> Result<IssuedCookie, Error> {
        let secret = self.fresh_session_cookie()?;
        let (now, end) = (session.created_at, session.absolute_expires_at);
        session.cookie = Some(NewCookie {
            digest: secret.digest(),
            idle_expires_at: (now + self.policy().session_idle_ttl).min(end),
        });
        Ok(IssuedCookie {
            secret,
            expires_at: end,
            issued_at: now,
        })
    }

    async fn first_refresh_token(
        &self,
        tx: &mut dyn Tx,
        session: &NewSession,
    ) -> Result<IssuedRefresh, Error> {
        let secret = self.fresh_refresh_token()?;
        let now = session.created_at;
        let expires_at = (now + self.policy().refresh_idle_ttl).min(session.absolute_expires_at);
        tx.insert_refresh_token(&NewRefreshToken {
            digest: secret.digest(),
            session: session.id,
            tenant: session.tenant.clone(),
            issued_at: now,
            idle_expires_at: expires_at,
        })
        .await?;
        Ok(IssuedRefresh {
            secret,
            expires_at,
            issued_at: now,
        })
    }

    /// The outcome of a log-in, once its transaction has committed.
    ///
    /// Its tokens carry the tenant's epoch that the session has, whatever the user was read with: if the tenant was
    /// disabled in between, they are as dead as the session.
    pub(super) async fn open(&self, mut user: User, begun: Begun, now: Timestamp) -> Result<Opened, Error> {
        let session = begun.session;
        user.tenant_epoch = begun.tenant_epoch;
        Ok(match begun.issued {
            Issued::Refresh(refresh) => {
                self.ready_to_sign().await?;
                Opened::Tokens(LoggedIn {
                    access_token: self.access_token(&user, session, now)?,
                    user,
                    refresh,
                    session,
                })
            }
            Issued::Cookie(cookie) => Opened::Cookie(SessionOpened {
                user,
                session,
                cookie,
            }),
        })
    }

    /// Commits a session that has begun, with what it ended.
    pub(super) async fn commit_begun(
        &self,
        tx: Box<dyn Tx>,
        begun: &mut Begun,
        event: AuditRow,
    ) -> Result<(), Error> {
        let ended = std::mem::take(&mut begun.ended);
        if ended.is_empty() {
            self.commit(tx, event).await
        } else {
            self.commit_revoking(tx, ended, event).await
        }
    }
}
