//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use horizon_auth_core::auth::Auth;

use crate::config::HttpConfig;
use crate::cookies::RefreshCookie;
use crate::session_cookies::SessionCookies;

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
    draining: AtomicBool,
}

impl Http {
    /// Joins the engine and the settings.
    #[must_use]
    pub fn new(auth: Auth, config: HttpConfig) -> Self {
        let cookie = RefreshCookie::new(&config.cookie);
        let sessions = config
            .profile
            .has_sessions()
            .then(|| SessionCookies::new(&config.cookie, &config.session));
        Self(Arc::new(Inner {
            auth,
            config,
            cookie,
            sessions,
            draining: AtomicBool::new(false),
        }))
    }

    /// From now on the node reports that it is not ready, while it still serves.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Release);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Acquire)
    }
}

impl Deref for Http {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
