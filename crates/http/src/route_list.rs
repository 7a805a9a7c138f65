//! What there is to call, for people: `horizon-auth routes` and the reference page. The router itself is
//! `router.rs`; a test compares the two.

use std::fmt;

use crate::config::Profile;

/// One method of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method. Where there is `GET` there is `HEAD`.
    pub method: &'static str,
    /// The path.
    pub path: String,
    /// Who may call it.
    pub who: Who,
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anyone,
    /// Whoever has the refresh cookie.
    RefreshCookie,
    /// Whoever has an access token or, where sessions are switched on, a session cookie.
    User,
    /// Whoever has a session cookie.
    SessionCookie,
    /// Administrators of the tenant: whoever has the role of the setting `roles.admin`.
    Admin,
    /// Services of the setting `sso.clients`.
    Service,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anyone => "anyone",
            Self::RefreshCookie => "refresh cookie",
            Self::User => "user",
            Self::SessionCookie => "session cookie",
            Self::Admin => "administrator",
            Self::Service => "service",
        })
    }
}

type Row = (&'static str, &'static str, Who);

const TOKEN: &[Row] = &[
    ("POST", "/auth/register", Who::Anyone),
    ("POST", "/auth/login", Who::Anyone),
    ("POST", "/auth/refresh", Who::RefreshCookie),
    ("DELETE", "/auth/refresh", Who::RefreshCookie),
    ("POST", "/auth/logout", Who::User),
    ("GET", "/auth/sessions", Who::User),
    ("DELETE", "/auth/sessions", Who::User),
    ("DELETE", "/auth/sessions/{id}", Who::User),
    ("POST", "/auth/account/reactivate", Who::Anyone),
    ("POST", "/auth/verify-email", Who::Anyone),
    ("POST", "/auth/verify-email/resend", Who::Anyone),
    ("POST", "/auth/password-reset/request", Who::Anyone),
    ("POST", "/auth/password-reset/complete", Who::Anyone),
];

const SESSION: &[Row] = &[
    ("POST", "/auth/register", Who::Anyone),
    ("POST", "/auth/login", Who::Anyone),
    ("POST", "/auth/logout", Who::User),
    ("GET", "/auth/me", Who::User),
    ("GET", "/auth/csrf", Who::SessionCookie),
    ("POST", "/auth/account/reactivate", Who::Anyone),
    ("POST", "/auth/request-verify", Who::Anyone),
    ("POST", "/auth/verify", Who::Anyone),
    ("POST", "/auth/request-reset", Who::Anyone),
    ("POST", "/auth/reset-password", Who::Anyone),
    ("GET", "/sessions", Who::User),
    ("POST", "/sessions/{id}/revoke", Who::User),
    ("POST", "/sessions/revoke-others", Who::User),
];

const ACCOUNT: &[Row] = &[
    ("GET", "/auth/profile", Who::User),
    ("PATCH", "/auth/profile", Who::User),
    ("POST", "/auth/password/change", Who::User),
    ("POST", "/auth/email/change", Who::User),
    ("POST", "/auth/email/change/confirm", Who::Anyone),
    ("DELETE", "/auth/account", Who::User),
    ("POST", "/auth/account/deactivate", Who::User),
    ("GET", "/auth/account/export", Who::User),
];

const ADMIN: &[Row] = &[
    ("GET", "/admin/roles", Who::Admin),
    ("GET", "/admin/users/{id}/roles", Who::Admin),
    ("PUT", "/admin/users/{id}/roles", Who::Admin),
    ("GET", "/admin/users/{id}/verification-status", Who::Admin),
    ("POST", "/admin/verify-users", Who::Admin),
];

const SERVICE: &[Row] = &[
    ("GET", "/.well-known/jwks.json", Who::Anyone),
    ("GET", "/health/live", Who::Anyone),
    ("GET", "/health/ready", Who::Anyone),
];

const PAGES: &[Row] = &[
    ("GET", "/verify-email", Who::Anyone),
    ("POST", "/verify-email", Who::Anyone),
    ("GET", "/reset-password", Who::Anyone),
    ("POST", "/reset-password", Who::Anyone),
    ("GET", "/confirm-email", Who::Anyone),
    ("POST", "/confirm-email", Who::Anyone),
];

const SSO: &[Row] = &[
    ("POST", "/auth/introspect", Who::Service),
    ("GET", "/login", Who::Anyone),
    ("POST", "/login", Who::Anyone),
];

const DOCUMENTATION: &[Row] = &[
    ("GET", "/openapi.json", Who::Anyone),
    ("GET", "/docs", Who::Anyone),
    ("GET", "/docs/start.js", Who::Anyone),
    ("GET", "/docs/swagger-ui.js", Who::Anyone),
    ("GET", "/docs/swagger-ui.css", Who::Anyone),
];

/// What a server for single sign-on has beyond [`routes`].
#[must_use]
pub fn sso_routes() -> Vec<Route> {
    listed(SSO)
}

/// What a server has beyond [`routes`] that serves their document, as the setting `http.openapi` wants it.
#[must_use]
pub fn documentation_routes() -> Vec<Route> {
    listed(DOCUMENTATION)
}

fn listed(rows: &[Row]) -> Vec<Route> {
    let route = |&(method, path, who): &Row| Route {
        method,
        path: path.to_owned(),
        who,
    };
    rows.iter().map(route).collect()
}

/// Every route of [`router`](crate::router()) and [`pages`](crate::pages()) with that profile.
#[must_use]
pub fn routes(profile: Profile) -> Vec<Route> {
    let (token, session, prefix): (&[Row], &[Row], _) = match profile {
        Profile::Token => (TOKEN, &[], ""),
        Profile::Session => (&[], SESSION, ""),
        Profile::Both => (TOKEN, SESSION, "/session"),
    };
    let at = |prefix: &'static str| {
        move |&(method, path, who): &Row| Route {
            method,
            path: format!("{prefix}{path}"),
            who,
        }
    };
    let others = [ACCOUNT, ADMIN, SERVICE, PAGES].concat();
    token
        .iter()
        .map(at(""))
        .chain(session.iter().map(at(prefix)))
        .chain(others.iter().map(at("")))
        .collect()
}
