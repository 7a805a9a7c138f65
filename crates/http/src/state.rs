//! What every handler can reach.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use horizon_auth_core::auth::Auth;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::SessionOpened;

use crate::config::HttpConfig;
use crate::cookies::RefreshCookie;
use crate::extract::is_from_proxy;
use crate::layers::is_same_origin;
use crate::requests::{RequestTimes, Requests};
use crate::session_cookies::SessionCookies;
use crate::tenants::{Named, TenantExtractor, Tenants};

/// The engine with its front end's settings. Cheap to clone.
///
/// Extractors in an application's own routes need a [`Gate`](crate::Gate) made of it.
#[derive(Clone, Debug)]
pub struct Http(Arc<Inner>);

/// The parts of [`Http`].
#[derive(Debug)]
pub struct Inner {
    /// The engine.
    pub auth: Auth,
    /// The settings.
    pub config: HttpConfig,
    pub(crate) cookie: RefreshCookie,
    /// None if session cookies prove nothing here.
    pub(crate) sessions: Option<SessionCookies>,
    pub(crate) tenants: Tenants,
    pub(crate) requests: Requests,
    draining: AtomicBool,
}

impl Http {
    /// Joins the engine and the settings.
    #[must_use]
    pub fn new(auth: Auth, config: HttpConfig) -> Self {
        let tenants = Tenants::Configured(config.tenant.clone());
        Self::join(auth, config, tenants)
    }

    /// The same with a way of one's own in which requests name their tenant; the one of the settings is not
    /// looked at.
    #[must_use]
    pub fn with_tenant_extractor(auth: Auth, config: HttpConfig, extractor: TenantExtractor) -> Self {
        Self::join(auth, config, Tenants::Custom(extractor))
    }

    fn join(auth: Auth, config: HttpConfig, tenants: Tenants) -> Self {
        let cookie = RefreshCookie::new(&config.cookie);
        let sessions = config
            .profile
            .has_sessions()
            .then(|| SessionCookies::new(&config.cookie, &config.session));
        let requests = Requests::new(config.profile);
        Self(Arc::new(Inner {
            auth,
            config,
            cookie,
            sessions,
            tenants,
            requests,
            draining: AtomicBool::new(false),
        }))
    }

    /// The tenant that a request names, or the default one. Nobody has looked whether there is such a tenant.
    pub(crate) fn named_tenant(&self, parts: &Parts) -> Result<TenantId, Code> {
        Ok(
            match self
                .0
                .tenants
                .named(parts, is_from_proxy(parts, &self.0.config))?
            {
                Named::Tenant(tenant) => tenant,
                Named::Nothing | Named::Fixed => self.0.auth.policy().default_tenant.clone(),
            },
        )
    }

    /// Whether a page of ours sent a request, or no browser at all. Pages of one tenant are not ours to another.
    #[cfg(feature = "pages")]
    pub(crate) fn is_own_page(&self, parts: &Parts) -> bool {
        let own = self.own_origin(parts);
        is_same_origin(&parts.headers, |origin| origin == own)
    }

    /// The same, or a page of an application that shares the log-in.
    pub(crate) fn is_trusted_page(&self, parts: &Parts) -> bool {
        let own = self.own_origin(parts);
        is_same_origin(&parts.headers, |origin| {
            origin == own || self.0.config.shares_with(origin)
        })
    }

    /// The origin of our pages where tenants have hosts of their own, and elsewhere.
    fn own_origin(&self, parts: &Parts) -> Cow<'_, str> {
        let policy = self.0.auth.policy();
        match self.named_tenant(parts) {
            Ok(tenant) if policy.tenant_hosts.is_some() && tenant != policy.default_tenant => {
                policy.public_url_of(&tenant)
            }
            // Who names no tenant properly is refused for that.
            Ok(_) | Err(_) => self.0.config.public_origin.as_str().into(),
        }
    }

    /// The cookies, for what the session profile alone can do.
    pub(crate) fn session_cookies(&self) -> Result<&SessionCookies, Error> {
        let cookies = self.0.sessions.as_ref();
        cookies.ok_or(Error::Internal("session cookies without the session profile"))
    }

    /// Adds the `Set-Cookie` lines that hand out a session, as a log-in does: its cookie, and a token against
    /// cross-site requests that fits it. For an application that has begun one with
    /// [`Auth::open_session_with_cookie`].
    ///
    /// # Errors
    /// `internal` if the profile has no session cookies.
    pub fn hand_out(&self, opened: &SessionOpened, headers: &mut HeaderMap) -> Result<(), Error> {
        let csrf = self.0.auth.issue_csrf_token(&opened.cookie.secret, None)?;
        let lines = self.session_cookies()?.issue(&opened.cookie, &csrf);
        headers.extend(lines.map(|line| (SET_COOKIE, line)));
        Ok(())
    }

    /// What was asked since the start, and how long it took: one row for each route, method and status.
    #[must_use]
    pub fn request_times(&self) -> Vec<RequestTimes> {
        self.0.requests.read()
    }

    /// From now on the node reports that it is not ready, while it still serves.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Release);
    }

    /// Whether it does.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Acquire)
    }
}

impl Deref for Http {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
