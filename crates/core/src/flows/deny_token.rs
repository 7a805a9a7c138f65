//! One access token that is not accepted any more, by its id.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::{Fingerprint, SessionId, TokenId, UserId};
use crate::domain::policy::Policy;
use crate::domain::revocation::{Revocation, Revoked, TokenSubject};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::error::Error;

/// What it needs. Whether the caller may is the front end's business.
#[derive(Clone, Debug)]
pub struct DenyTokenCommand {
    /// The tenant in whose trail it stands.
    pub tenant: TenantId,
    /// The `jti` of the token.
    pub token: TokenId,
    /// When the token expires; later than any token can, or not known, is as late as any can.
    pub expires_at: Option<Timestamp>,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Denies an access token. When it returns, no node accepts it. The session that it belongs to lives on, and a
    /// refresh brings another token. One that has expired already is left alone.
    ///
    /// # Errors
    /// `unavailable`, `internal`.
    pub async fn deny_token(&self, cmd: DenyTokenCommand) -> Result<(), Error> {
        let now = self.now();
        let latest = now + self.policy().revocation_ttl();
        let leeway = self.policy().leeway;
        // A node whose clock is behind may still accept a token that has expired here.
        let ends_at = cmd
            .expires_at
            .map_or(latest, |end| (end + leeway + Policy::CLOCK_SKEW).min(latest));
        if ends_at <= now {
            return Ok(());
        }
        let revocation = Revocation {
            tenant: cmd.tenant.clone(),
            what: Revoked::Token(cmd.token),
            expires_at: ends_at,
        };
        let event = self.event(Event::TokenRevoked, &cmd.tenant, &cmd.client, now)?;
        let tx = self.store().begin().await?;
        self.commit_revoking(tx, vec![revocation], event).await
    }

    /// Whether an access token was denied by its id alone. Whether it is accepted depends on more:
    /// [`Auth::authenticate`].
    ///
    /// # Errors
    /// `unavailable` when it cannot be known.
    pub async fn is_token_denied(&self, token: TokenId) -> Result<bool, Error> {
        let now = self.now();
        // Nobody's: neither a session nor a cut-off hits it.
        let nobody = TokenSubject {
            token: Some(token),
            session: SessionId::from_uuid(uuid::Uuid::nil()),
            user: UserId::from_uuid(uuid::Uuid::nil()),
            epoch: i64::MAX,
            tenant: Fingerprint::from_uuid(uuid::Uuid::nil()),
            tenant_epoch: i64::MAX,
            key: None,
        };
        Ok(self.denylist().is_denied(&nobody, now).await?)
    }
}
