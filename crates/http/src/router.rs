//! Every URL of the service, and nothing else.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post};

use crate::config::Profile;
use crate::layers;
use crate::routes::{
    account, admin_roles, email_change, health, introspect, jwks, login, logout, password_change,
    password_reset, profile, refresh, register, session, sessions, verify_email,
};
use crate::state::Http;

/// The routes of the configured profile with key set and health routes, ready to serve or to merge.
///
/// Callers are told apart by `ConnectInfo<SocketAddr>`; serve the router with
/// `into_make_service_with_connect_info`, or all of them share one limit. Fits into a router with any state.
pub fn router<S>(http: Http) -> Router<S> {
    let profile = http.config.profile;
    let mut router = Router::new();
    if profile.has_tokens() {
        router = router.merge(token_routes(&http));
    }
    router = match profile {
        Profile::Token => router,
        Profile::Session => router.merge(session_routes(&http)),
        Profile::Both => router.nest("/session", session_routes(&http)),
    };
    if http.config.sso.is_some() {
        router = router.route("/auth/introspect", post(introspect::introspect));
    }
    // Layers run from the bottom line up.
    let router = router
        .route("/auth/profile", get(profile::profile).patch(profile::update))
        .route("/auth/password/change", post(password_change::change))
        .route("/auth/email/change", post(email_change::request))
        .route("/auth/email/change/confirm", post(email_change::confirm))
        .route("/auth/account", delete(account::delete))
        .route("/auth/account/deactivate", post(account::deactivate))
        .route("/auth/account/export", get(account::export))
        .route("/admin/roles", get(admin_roles::list))
        .route(
            "/admin/users/{id}/roles",
            get(admin_roles::of_user).put(admin_roles::set),
        )
        .route(
            "/admin/users/{id}/verification-status",
            get(admin_roles::verification),
        )
        .route("/admin/verify-users", post(admin_roles::vouch))
        .route("/.well-known/jwks.json", get(jwks::jwks))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(routes_fallback::not_found)
        .method_not_allowed_fallback(routes_fallback::method_not_allowed)
        .layer(layers::catch_panic());
    let router = match layers::cors(&http) {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router
        .layer(from_fn(layers::default_headers))
        .layer(from_fn_with_state(http.clone(), layers::request_context))
        .with_state(http)
}

/// Access tokens and a refresh cookie.
fn token_routes(http: &Http) -> Router<Http> {
    let cookie_routes = Router::new()
        .route(
            "/auth/refresh",
            post(refresh::refresh).delete(refresh::end_session),
        )
        .route_layer(from_fn_with_state(http.clone(), layers::same_origin));
    Router::new()
        .route("/auth/register", post(register::register))
        .route("/auth/login", post(login::login))
        .merge(cookie_routes)
        .route("/auth/logout", post(logout::logout))
        .route("/auth/sessions", get(sessions::list).delete(sessions::end_others))
        .route("/auth/sessions/{id}", delete(sessions::end))
        .route("/auth/account/reactivate", post(account::reactivate))
        .route("/auth/verify-email", post(verify_email::verify_email))
        .route("/auth/verify-email/resend", post(verify_email::resend))
        .route("/auth/password-reset/request", post(password_reset::request))
        .route("/auth/password-reset/complete", post(password_reset::complete))
}

/// Session cookies. None of these is for pages of other origins, with or without a session.
fn session_routes(http: &Http) -> Router<Http> {
    Router::new()
        .route("/auth/register", post(session::register::register))
        .route("/auth/login", post(session::login::login))
        .route("/auth/logout", post(session::logout::logout))
        .route("/auth/me", get(session::me::me))
        .route("/auth/csrf", get(session::csrf::csrf))
        .route("/auth/account/reactivate", post(session::login::reactivate))
        .route("/auth/request-verify", post(session::verify_email::request))
        .route("/auth/verify", post(session::verify_email::verify))
        .route("/auth/request-reset", post(session::password_reset::request))
        .route("/auth/reset-password", post(session::password_reset::complete))
        .route("/sessions", get(sessions::list_bare))
        .route("/sessions/{id}/revoke", post(sessions::end))
        .route("/sessions/revoke-others", post(sessions::end_others))
        .route_layer(from_fn_with_state(http.clone(), layers::same_origin))
}

mod routes_fallback {
    use horizon_auth_core::error::Code;

    use crate::problem::Problem;

    pub(super) async fn not_found() -> Problem {
        Code::NotFound.into()
    }

    pub(super) async fn method_not_allowed() -> Problem {
        Code::MethodNotAllowed.into()
    }
}
