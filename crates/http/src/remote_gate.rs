//! The gate of an application whose people log in elsewhere.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use axum::http::request::Parts;
use horizon_auth_core::domain::ids::RequestId;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::verifier::Verifier;

use crate::config::{HttpConfig, TenantSource};
use crate::extract::{CurrentUser, is_from_proxy};
use crate::gate::{Gate, Proof, expect_own_page, proof};
use crate::layers::is_same_origin;
use crate::problem::Problem;
use crate::session_cookies::SessionCookies;
use crate::tenants::{Named, Tenants};

/// Who decides, and which cookies are looked at.
#[derive(Clone)]
pub(crate) struct RemoteGate(Arc<Inner>);

struct Inner {
    verifier: Verifier,
    sessions: Option<SessionCookies>,
    tenants: Tenants,
    config: HttpConfig,
}

impl Gate {
    /// A gate that has credentials verified elsewhere, for an application with these surroundings. Only its own
    /// pages may send unsafe requests with a session cookie that it shares with the server, if it does. How requests
    /// name their tenant is the application's own choice; one that they do not name is the verifier's.
    #[must_use]
    pub fn remote(verifier: Verifier, config: HttpConfig) -> Self {
        let sessions = config
            .profile
            .has_sessions()
            .then(|| SessionCookies::new(&config.cookie, &config.session));
        Self::from(RemoteGate(Arc::new(Inner {
            verifier,
            sessions,
            tenants: Tenants::Configured(config.tenant.clone()),
            config,
        })))
    }
}

impl RemoteGate {
    /// The tenant that a request names. Whether there is one of that name only the server knows, and tells by what
    /// it issues.
    pub(crate) fn tenant(&self, parts: &Parts) -> Result<TenantId, Code> {
        let inner = &self.0;
        Ok(
            match inner.tenants.named(parts, is_from_proxy(parts, &inner.config))? {
                Named::Tenant(tenant) => tenant,
                Named::Nothing | Named::Fixed => inner.verifier.tenant().clone(),
            },
        )
    }

    pub(crate) async fn authenticate(&self, parts: &Parts) -> Result<CurrentUser, Error> {
        let verifier = &self.0.verifier;
        let proof = proof(
            parts,
            self.0.sessions.as_ref(),
            || self.is_own_page(parts),
            |cookie, token, doubles| verifier.check_csrf_token(cookie, token, doubles.into_iter()),
        )?;
        let tenant = self.tenant(parts)?;
        Ok(match proof {
            Proof::Token(token) => verifier.authenticate(token, &tenant).await?.into(),
            Proof::Cookie(cookie) => verifier.authenticate_session(&cookie, &tenant).await?.into(),
        })
    }

    pub(crate) fn expect_own_page(&self, parts: &Parts) -> Result<(), Error> {
        let verifier = &self.0.verifier;
        expect_own_page(
            parts,
            self.0.sessions.as_ref(),
            || self.is_own_page(parts),
            |cookie, token, doubles| verifier.check_csrf_token(cookie, token, doubles.into_iter()),
        )
    }

    /// Pages of one tenant are not the application's own to another.
    fn is_own_page(&self, parts: &Parts) -> bool {
        let inner = &self.0;
        let own = match (&inner.config.tenant, self.tenant(parts)) {
            (TenantSource::Subdomain(hosts), Ok(tenant)) if tenant != *inner.verifier.tenant() => {
                Cow::Owned(hosts.origin(&tenant))
            }
            // Who names no tenant properly is refused for that.
            _ => Cow::Borrowed(inner.config.public_origin.as_str()),
        };
        is_same_origin(&parts.headers, |origin| origin == own)
    }

    pub(crate) fn expect_admin_role(&self, user: &CurrentUser) -> Result<(), Error> {
        self.0.verifier.expect_admin_role(user)
    }

    pub(crate) fn config(&self) -> &HttpConfig {
        &self.0.config
    }

    /// The server's cookies are the server's to clear.
    pub(crate) fn refuse(&self, error: Error, parts: &Parts) -> Problem {
        let zeros = || RequestId::mint(Timestamp::from_millis(0), [0; 10]);
        let known: Option<RequestId> = parts.extensions.get().copied();
        let request = known.unwrap_or_else(|| self.0.verifier.fresh_request_id().unwrap_or_else(|_| zeros()));
        Problem::at(error, parts, request, self.0.verifier.now())
    }
}

impl fmt::Debug for RemoteGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RemoteGate")
    }
}
