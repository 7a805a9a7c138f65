//! The gate of an application whose people log in elsewhere.

use std::fmt;
use std::sync::Arc;

use axum::http::request::Parts;
use horizon_auth_core::domain::ids::RequestId;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::error::Error;
use horizon_auth_core::verifier::Verifier;

use crate::config::{CookieConfig, SessionCookieConfig};
use crate::extract::{CurrentTenant, CurrentUser};
use crate::gate::{Gate, Proof, expect_own_page, proof};
use crate::layers::is_same_origin;
use crate::problem::Problem;
use crate::session_cookies::SessionCookies;

/// Who decides, and which cookies are looked at.
#[derive(Clone)]
pub(crate) struct RemoteGate(Arc<Inner>);

struct Inner {
    verifier: Verifier,
    sessions: Option<SessionCookies>,
    own_origin: String,
}

/// The session cookie that an application shares with the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedCookie {
    /// How the server sets it.
    pub cookie: CookieConfig,
    /// How the server calls it.
    pub names: SessionCookieConfig,
}

impl Gate {
    /// A gate that has credentials verified elsewhere. `own_origin` is the application's own: only its pages may send
    /// unsafe requests with the shared cookie, if there is one.
    #[must_use]
    pub fn remote(verifier: Verifier, own_origin: String, shared: Option<&SharedCookie>) -> Self {
        Self::from(RemoteGate(Arc::new(Inner {
            verifier,
            sessions: shared.map(|shared| SessionCookies::new(&shared.cookie, &shared.names)),
            own_origin,
        })))
    }
}

impl RemoteGate {
    pub(crate) fn tenant(&self) -> TenantId {
        self.0.verifier.tenant().clone()
    }

    pub(crate) async fn authenticate(&self, parts: &Parts) -> Result<CurrentUser, Error> {
        let verifier = &self.0.verifier;
        let proof = proof(
            parts,
            self.0.sessions.as_ref(),
            || self.is_own_page(parts),
            |cookie, token, doubles| verifier.check_csrf_token(cookie, token, doubles.into_iter()),
        )?;
        let tenant = match parts.extensions.get::<CurrentTenant>() {
            Some(known) => known.0.clone(),
            None => self.tenant(),
        };
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

    fn is_own_page(&self, parts: &Parts) -> bool {
        is_same_origin(&parts.headers, |origin| origin == self.0.own_origin)
    }

    pub(crate) fn expect_admin_role(&self, user: &CurrentUser) -> Result<(), Error> {
        self.0.verifier.expect_admin_role(user)
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
