//! Believing credentials that another process issued: what an application needs that has no engine within itself.
//!
//! Front ends call it in place of [`Auth`](crate::auth::Auth). It knows public keys and no secret of the
//! server; it writes nothing. What it cannot know is an error, and then nobody passes.

mod keys;
mod memory;

use std::fmt;
use std::sync::Arc;

pub use keys::{FixedKeys, RemoteKeys, TokenRules};
pub use memory::RememberingIntrospector;

use crate::crypto::access_token::{AccessTokens, TokenFault};
use crate::crypto::{csrf, jws};
use crate::domain::claims::VerifiedToken;
use crate::domain::identity::Identity;
use crate::domain::ids::RequestId;
use crate::domain::introspection::{CredentialKind, Introspection};
use crate::domain::live_session::LiveSession;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{Secret, SessionCookie};
use crate::error::{Code, Error};
use crate::ports::clock::Clock;
use crate::ports::entropy::Entropy;
use crate::ports::remote::{DeniedTokens, Introspector};

/// Where the keys come from.
#[derive(Debug)]
pub enum Keys {
    /// From the configuration.
    Fixed(FixedKeys),
    /// From the server, again and again.
    Remote(RemoteKeys),
}

/// How it is known what was revoked.
#[derive(Debug)]
pub enum Revocation {
    /// By the list that the server writes.
    List(Arc<dyn DeniedTokens>),
    /// By asking the server.
    Introspection(Arc<dyn Introspector>),
    /// Not at all: a token is good until it expires.
    SignatureOnly,
}

/// Everything a [`Verifier`] is made of.
#[derive(Debug)]
pub struct VerifierParts {
    /// The keys, with issuer and audience.
    pub keys: Keys,
    /// Issuer and audience once more, for what the server tells.
    pub rules: TokenRules,
    /// What was revoked.
    pub revocation: Revocation,
    /// The tenant of requests that name none. People of other tenants than the request's are not let in.
    pub tenant: TenantId,
    /// The role of administrators.
    pub admin: Role,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub entropy: Arc<dyn Entropy>,
}

/// Believes access tokens and session cookies of a server that runs elsewhere. Cheap to clone.
#[derive(Clone)]
pub struct Verifier(Arc<VerifierParts>);

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}

impl Verifier {
    /// Joins the parts. Asks nobody yet.
    #[must_use]
    pub fn new(parts: VerifierParts) -> Self {
        Self(Arc::new(parts))
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The tenant of requests that name none.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.0.tenant
    }

    /// A fresh id for a request that brought none.
    ///
    /// # Errors
    /// `internal` if the machine has no random bytes.
    pub fn fresh_request_id(&self) -> Result<RequestId, Error> {
        let mut bytes = [0; 10];
        self.0.entropy.fill(&mut bytes)?;
        Ok(RequestId::mint(self.now(), bytes))
    }

    /// Fetches the keys now, so that the first request need not wait for them.
    ///
    /// # Errors
    /// `unavailable` if the server does not give them.
    pub async fn fetch_keys(&self) -> Result<(), Error> {
        match &self.0.keys {
            Keys::Fixed(_) => Ok(()),
            Keys::Remote(keys) => Ok(keys.current(self.now()).await.map(drop)?),
        }
    }

    /// Verifies an access token: signature, claims, revocation, tenant.
    ///
    /// # Errors
    /// `token_invalid`, `token_expired`, `token_revoked`, `tenant_mismatch`; `unavailable` when keys or
    /// revocations cannot be known.
    pub async fn authenticate(&self, token: &str, tenant: &TenantId) -> Result<Arc<VerifiedToken>, Error> {
        let believed = self.authenticate_in_any_tenant(token).await?;
        expect_tenant(&believed, tenant)?;
        Ok(believed)
    }

    /// What a token says, if signature, claims and times are right by the keys that are at hand.
    ///
    /// It proves less than [`Verifier::authenticate`]: a revoked token passes. It is for where nothing can be waited
    /// for.
    ///
    /// # Errors
    /// `token_invalid`, `token_expired`; `unavailable` if no keys were fetched lately.
    pub fn verify_signature(&self, token: &str) -> Result<Arc<VerifiedToken>, Error> {
        let now = self.now();
        let verified = match &self.0.keys {
            Keys::Fixed(keys) => keys.tokens().verify(token, now),
            Keys::Remote(remote) => remote.at_hand(now)?.verify(token, now),
        };
        Ok(verified.map_err(code_of)?)
    }

    /// The same as [`Verifier::authenticate`] for whoever has no request that could name a tenant, and looks at the
    /// one of the token.
    ///
    /// # Errors
    /// As [`Verifier::authenticate`] without `tenant_mismatch`.
    pub async fn authenticate_in_any_tenant(&self, token: &str) -> Result<Arc<VerifiedToken>, Error> {
        let now = self.now();
        let believed = self.verify_signed(token, now).await?;
        let is_revoked = match &self.0.revocation {
            Revocation::List(list) => list.holds(&believed.subject()).await?,
            Revocation::Introspection(server) => match server.ask_about(token).await? {
                None => true,
                Some(told) if told.jti == Some(believed.jti) && told.identity == believed.identity => false,
                // Signed by one and confirmed as another: two servers, or somebody between.
                Some(_) => return Err(Code::TokenInvalid.into()),
            },
            Revocation::SignatureOnly => false,
        };
        if is_revoked {
            return Err(Code::TokenRevoked.into());
        }
        Ok(believed)
    }

    /// Has the server verify the session cookie that it shares with this application.
    ///
    /// # Errors
    /// `session_invalid`, `tenant_mismatch`; `unavailable` when it cannot be known.
    pub async fn authenticate_session(
        &self,
        cookie: &Secret<SessionCookie>,
        tenant: &TenantId,
    ) -> Result<Arc<LiveSession>, Error> {
        let now = self.now();
        let Revocation::Introspection(server) = &self.0.revocation else {
            return Err(Error::Internal("session cookies need introspection"));
        };
        let told = server.ask_about(cookie.reveal()).await?;
        let Some(told) = told.filter(|told| self.is_ours(told) && told.exp > now.seconds()) else {
            return Err(Code::SessionInvalid.into());
        };
        expect_tenant(&told.identity, tenant)?;
        let ends_at = Timestamp::from_millis(told.exp.saturating_mul(1000));
        Ok(Arc::new(LiveSession {
            identity: told.identity,
            last_seen_at: now,
            idle_expires_at: ends_at,
            absolute_expires_at: ends_at,
        }))
    }

    /// Refuses a token against cross-site requests that does not fit the session, as the server does.
    ///
    /// # Errors
    /// `csrf_invalid`, `internal`.
    pub fn check_csrf_token<'a>(
        &self,
        cookie: &Secret<SessionCookie>,
        token: &str,
        doubles: impl Iterator<Item = &'a str>,
    ) -> Result<(), Error> {
        if csrf::verify_repeated(cookie, token, doubles)? {
            Ok(())
        } else {
            Err(Code::CsrfInvalid.into())
        }
    }

    /// Refuses everybody whose credentials do not name the administrators' role.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn expect_admin_role(&self, caller: &Identity) -> Result<(), Error> {
        if caller.has_role(self.0.admin.as_str()) {
            Ok(())
        } else {
            Err(Code::Forbidden.into())
        }
    }

    /// The token, if its signature, claims and times are right. A key that nobody here has heard of is
    /// looked for at the server, within limits.
    async fn verify_signed(&self, token: &str, now: Timestamp) -> Result<Arc<VerifiedToken>, Error> {
        let remote = match &self.0.keys {
            Keys::Fixed(keys) => return Ok(keys.tokens().verify(token, now).map_err(code_of)?),
            Keys::Remote(remote) => remote,
        };
        let tokens = remote.current(now).await?;
        let fault = match tokens.verify(token, now) {
            Ok(believed) => return Ok(believed),
            Err(fault) => fault,
        };
        let Some(kid) = jws::named_key(token).filter(|kid| !knows(&tokens, kid)) else {
            return Err(code_of(fault).into());
        };
        let tokens = remote.with_key(&kid, now).await?;
        Ok(tokens.verify(token, now).map_err(code_of)?)
    }

    fn is_ours(&self, told: &Introspection) -> bool {
        let rules = &self.0.rules;
        told.iss == rules.issuer && told.aud == rules.audience && told.token_type == CredentialKind::Session
    }
}

fn expect_tenant(identity: &Identity, tenant: &TenantId) -> Result<(), Error> {
    if identity.tenant == *tenant {
        Ok(())
    } else {
        Err(Code::TenantMismatch.into())
    }
}

fn knows(tokens: &AccessTokens, kid: &str) -> bool {
    tokens.ring().find(kid).is_some()
}

const fn code_of(fault: TokenFault) -> Code {
    match fault {
        TokenFault::Invalid => Code::TokenInvalid,
        TokenFault::Expired => Code::TokenExpired,
    }
}
