//! Believing a session cookie, or not.

use std::sync::Arc;
use std::time::Duration;

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::live_session::LiveSession;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{Secret, SessionCookie};
use crate::error::{Code, Error};
use crate::ports::cache::CacheError;
use crate::session_cache::Known;

/// What it needs.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticateSessionCommand<'a> {
    /// The cookie as sent.
    pub cookie: &'a Secret<SessionCookie>,
    /// The tenant of the request.
    pub tenant: &'a TenantId,
    /// Who asks.
    pub client: &'a Client,
}

/// How often the use of a session is written down at most.
const PACE: Duration = Duration::from_secs(60);
/// How often a session is read again that changed while it was being read.
const TRIES: usize = 3;

impl Auth {
    /// Believes the cookie of a session: from memory if it was read within the life of an access token, and
    /// from the database otherwise. Either way the list of what is denied is asked last, so the promise is that
    /// of access tokens: once a revoking call has returned, no node accepts the cookie.
    ///
    /// A change of roles makes the session be read again; it goes on with the new ones.
    ///
    /// # Errors
    /// `session_invalid`, `session_ended`, `tenant_mismatch`; `unavailable` when it cannot be known whether
    /// the session was ended.
    pub async fn authenticate_session(
        &self,
        cmd: AuthenticateSessionCommand<'_>,
    ) -> Result<Arc<LiveSession>, Error> {
        let outcome = self.judge_session(cmd).await;
        self.counts().cookie(&outcome);
        outcome
    }

    async fn judge_session(&self, cmd: AuthenticateSessionCommand<'_>) -> Result<Arc<LiveSession>, Error> {
        let now = self.now();
        let known = self.known_session(cmd.cookie, now).await?;
        let session = &known.session;
        if session.tenant != *cmd.tenant {
            let event = self.event(Event::TenantMismatch, &session.tenant, cmd.client, now)?;
            self.record_about_user(event.with_user(session.id).with_session(session.session))
                .await?;
            return Err(Code::TenantMismatch.into());
        }
        Ok(self.used(&known, now))
    }

    /// The session of a cookie that was believed; its use is written down in time.
    pub(super) fn used(&self, known: &Known, now: Timestamp) -> Arc<LiveSession> {
        if known.is_due(PACE, now) {
            self.note_use_later(Arc::clone(&known.session), now);
        }
        Arc::clone(&known.session)
    }

    pub(super) async fn known_session(
        &self,
        cookie: &Secret<SessionCookie>,
        now: Timestamp,
    ) -> Result<Arc<Known>, Error> {
        let digest = cookie.digest();
        if let Some(known) = self.sessions().find(&digest, self.policy().access_ttl, now)
            && !self.denylist().is_denied(&known.session.subject(), now).await?
        {
            return Ok(known);
        }
        for _ in 0..TRIES {
            let found = self.store().db().await?.find_cookie_session(&digest).await?;
            let Some(live) = found.as_ref().and_then(|found| found.live(now)) else {
                self.sessions().forget(&digest);
                let code = found.map_or(Code::SessionInvalid, |_| Code::SessionEnded);
                return Err(code.into());
            };
            // Asked after the look: what was revoked while SQL was being read is denied by now, or the
            // call that revoked it has not returned yet.
            if !self.denylist().is_denied(&live.subject(), now).await? {
                return Ok(self.sessions().keep(digest, Arc::new(live), now));
            }
        }
        Err(CacheError("a session changes faster than it can be read").into())
    }

    /// Notes that the session is in use, beside the answer. Losing a note costs at most that the session
    /// dies of idleness a minute early; the next use notes again.
    fn note_use_later(&self, session: Arc<LiveSession>, now: Timestamp) {
        let auth = self.clone();
        tokio::spawn(async move {
            if let Err(error) = auth.note_use(&session, now).await {
                tracing::warn!(session.id = %session.session, code = error.code().wire(), "the use of a session was not noted");
            }
        });
    }

    async fn note_use(&self, session: &LiveSession, now: Timestamp) -> Result<(), Error> {
        let idle_end = (now + self.policy().session_idle_ttl).min(session.absolute_expires_at);
        let mut tx = self.store().begin().await?;
        if tx
            .touch_session(&session.tenant, session.session, idle_end, now - PACE, now)
            .await?
        {
            tx.commit().await?;
        }
        Ok(())
    }
}
