//! Ending the session of a cookie, for a browser that gets another one.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::revocation::Revoked;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::token::{Secret, SessionCookie};
use crate::error::Error;

/// What it needs.
#[derive(Clone, Debug)]
pub struct EndCookieSessionCommand {
    /// The tenant of the request.
    pub tenant: TenantId,
    /// The cookie that is replaced.
    pub cookie: Secret<SessionCookie>,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Ends the session of a cookie, if it is one (ASVS 7.2.4). Unknown cookies and ended sessions are
    /// fine; nobody learns which it was.
    ///
    /// # Errors
    /// `unavailable`, `internal`.
    pub async fn end_cookie_session(&self, cmd: EndCookieSessionCommand) -> Result<(), Error> {
        let now = self.now();
        let digest = cmd.cookie.digest();
        let found = self.store().db().await?.find_cookie_session(&digest).await?;
        let Some(session) = found.filter(|found| found.user.tenant == cmd.tenant) else {
            return Ok(());
        };
        let (tenant, user) = (&cmd.tenant, session.user.id);
        let mut tx = self.store().begin().await?;
        if !tx
            .revoke_session(tenant, user, session.id, EndReason::Logout, now)
            .await?
        {
            return Ok(());
        }
        let event = self
            .event(Event::SessionEnded, tenant, &cmd.client, now)?
            .with_user(user)
            .with_session(session.id);
        let revocation = self.revocation(tenant, Revoked::Session(session.id), now);
        self.commit_revoking(tx, vec![revocation], event).await
    }
}
