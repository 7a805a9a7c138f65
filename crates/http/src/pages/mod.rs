//! The pages that a mail's link opens, and the one that logs people in for applications on other origins:
//! plain HTML, no script; only the last one sets a cookie.
//!
//! A GET shows a button and changes nothing, whoever follows the link first (a
//! mail scanner does); only the form's POST uses a token up. Pages call the
//! same flows as the routes below `/auth` and decide nothing themselves.

mod confirm_email;
mod frame;
mod login;
mod request;
mod reset_password;
mod verify_email;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, post};
use horizon_auth_core::error::Code;

use crate::layers;
use crate::problem::Problem;
use crate::state::Http;

/// The pages of the links in mails, to merge with [`router`](crate::router()).
///
/// An application with pages of its own at these paths leaves them out.
pub fn pages<S>(http: Http) -> Router<S> {
    let mut router = Router::new();
    if http.config.sso.is_some() {
        router = router.route("/login", guarded(&http, post(login::submit)).get(login::show));
    }
    router
        .route(
            "/verify-email",
            guarded(&http, post(verify_email::submit)).get(verify_email::show),
        )
        .route(
            "/reset-password",
            guarded(&http, post(reset_password::submit)).get(reset_password::show),
        )
        .route(
            "/confirm-email",
            guarded(&http, post(confirm_email::submit)).get(confirm_email::show),
        )
        .method_not_allowed_fallback(method_not_allowed)
        // Layers run from the bottom line up.
        .layer(layers::catch_panic())
        .layer(from_fn_with_state(http.clone(), frame::problems_as_pages))
        .layer(from_fn(layers::default_headers))
        .layer(from_fn_with_state(http.clone(), layers::request_context))
        .with_state(http)
}

/// Forms are taken from our own pages only. The links themselves come from anywhere.
fn guarded(http: &Http, submit: MethodRouter<Http>) -> MethodRouter<Http> {
    submit.route_layer(from_fn_with_state(http.clone(), layers::own_origin))
}

async fn method_not_allowed() -> Problem {
    Code::MethodNotAllowed.into()
}
