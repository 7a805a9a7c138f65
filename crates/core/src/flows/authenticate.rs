//! Believing an access token, or not.

use std::fmt;
use std::sync::Arc;

use crate::auth::Auth;
use crate::crypto::access_token::TokenFault;
use crate::domain::audit::Event;
use crate::domain::claims::VerifiedToken;
use crate::domain::client::Client;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::error::{Code, Error};

/// What it needs. `Debug` hides the token.
#[derive(Clone, Copy)]
pub struct AuthenticateCommand<'a> {
    /// The token as sent.
    pub token: &'a str,
    /// The tenant of the request.
    pub tenant: &'a TenantId,
    /// Who asks.
    pub client: &'a Client,
}

impl fmt::Debug for AuthenticateCommand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticateCommand")
            .field("tenant", self.tenant)
            .field("client", self.client)
            .finish_non_exhaustive()
    }
}

impl Auth {
    /// Verifies an access token: signature, claims, revocation, tenant. No database or network call, but
    /// at most one a second for tokens whose key this node does not have.
    ///
    /// # Errors
    /// `token_invalid`, `token_expired`, `token_revoked`, `tenant_mismatch`; `unavailable` when it
    /// cannot be known whether the token was revoked.
    pub async fn authenticate(&self, cmd: AuthenticateCommand<'_>) -> Result<Arc<VerifiedToken>, Error> {
        let outcome = self.judge_token(cmd).await;
        self.counts().token(&outcome);
        outcome
    }

    /// The same for whoever has no request that could name a tenant, and looks at the one of the token.
    ///
    /// # Errors
    /// As [`Auth::authenticate`] without `tenant_mismatch`.
    pub async fn authenticate_in_any_tenant(&self, token: &str) -> Result<Arc<VerifiedToken>, Error> {
        let now = self.now();
        let outcome = self.believe_token(token, now).await;
        self.counts().token(&outcome);
        outcome
    }

    /// What a token says, if signature, claims and times are right by the keys that this node has at hand.
    ///
    /// It proves less than [`Auth::authenticate`]: a revoked token passes. It is for where nothing can be waited for.
    ///
    /// # Errors
    /// `token_invalid`, `token_expired`.
    pub fn verify_signature(&self, token: &str) -> Result<Arc<VerifiedToken>, Error> {
        Ok(self.tokens().verify(token, self.now()).map_err(code_of)?)
    }

    async fn judge_token(&self, cmd: AuthenticateCommand<'_>) -> Result<Arc<VerifiedToken>, Error> {
        let now = self.now();
        let token = self.believe_token(cmd.token, now).await?;
        if token.tenant != *cmd.tenant {
            // Noted where the person is: nobody has looked whether the other tenant exists.
            let event = self.event(Event::TenantMismatch, &token.tenant, cmd.client, now)?;
            self.record_about_user(event.with_user(token.id).with_session(token.session))
                .await?;
            return Err(Code::TenantMismatch.into());
        }
        Ok(token)
    }

    /// Everything but the tenant.
    async fn believe_token(&self, token: &str, now: Timestamp) -> Result<Arc<VerifiedToken>, Error> {
        let ring = self.tokens().ring();
        let mut verified = self.tokens().verify(token, now);
        if verified == Err(TokenFault::Invalid) && self.look_for_key(&ring, token).await? {
            verified = self.tokens().verify(token, now);
        }
        let token = verified.map_err(code_of)?;
        if token.life != self.life().current()? || self.denylist().is_denied(&token.subject(), now).await? {
            return Err(Code::TokenRevoked.into());
        }
        Ok(token)
    }
}

const fn code_of(fault: TokenFault) -> Code {
    match fault {
        TokenFault::Invalid => Code::TokenInvalid,
        TokenFault::Expired => Code::TokenExpired,
    }
}
