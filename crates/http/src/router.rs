//! Every URL of the service, and nothing else.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post};

use crate::layers;
use crate::routes::{
    account, email_change, health, jwks, login, logout, password_change, password_reset, profile, refresh,
    register, verify_email,
};
use crate::state::Http;

/// The token profile with key set and health routes, ready to serve or to merge.
///
/// Callers are told apart by `ConnectInfo<SocketAddr>`; serve the router with
/// `into_make_service_with_connect_info`, or all of them share one limit.
pub fn router(http: Http) -> Router {
    // Layers run from the bottom line up.
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
        .route("/auth/profile", get(profile::profile).patch(profile::update))
        .route("/auth/password/change", post(password_change::change))
        .route("/auth/email/change", post(email_change::request))
        .route("/auth/email/change/confirm", post(email_change::confirm))
        .route("/auth/account", delete(account::delete))
        .route("/auth/account/deactivate", post(account::deactivate))
        .route("/auth/account/reactivate", post(account::reactivate))
        .route("/auth/account/export", get(account::export))
        .route("/auth/verify-email", post(verify_email::verify_email))
        .route("/auth/verify-email/resend", post(verify_email::resend))
        .route("/auth/password-reset/request", post(password_reset::request))
        .route("/auth/password-reset/complete", post(password_reset::complete))
        .route("/.well-known/jwks.json", get(jwks::jwks))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(routes_fallback::not_found)
        .method_not_allowed_fallback(routes_fallback::method_not_allowed)
        .layer(layers::catch_panic())
        .layer(from_fn(layers::default_headers))
        .layer(from_fn_with_state(http.clone(), layers::request_context))
        .with_state(http)
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
