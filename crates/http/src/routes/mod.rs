//! One file per route: parse, call the flow, render.

pub(crate) mod account;
pub(crate) mod admin_roles;
pub(crate) mod email_change;
pub(crate) mod health;
pub(crate) mod introspect;
pub(crate) mod jwks;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod password_change;
pub(crate) mod password_reset;
pub(crate) mod profile;
pub(crate) mod refresh;
pub(crate) mod register;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod verify_email;

use axum::body::Body;
use axum::http::Response;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::token::{OneTime, Secret};
use horizon_auth_core::domain::violation::Violation;
use horizon_auth_core::error::Code;

use crate::extract::{CurrentUser, Fields};
use crate::state::Http;

/// The token of a mail's link. One that cannot be ours is like one that does not work any more.
pub(crate) fn one_time_token(text: &str) -> Result<Secret<OneTime>, Code> {
    Secret::<OneTime>::parse(text).ok_or(Code::LinkInvalid)
}

/// A password to set, in bodies that call it `newPassword`.
pub(crate) fn new_password(text: &str) -> Result<Password, Violation> {
    Password::new(text).map_err(|violation| violation.of("newPassword"))
}

/// Removes the cookie of whoever is out now.
fn clear_cookies(http: &Http, user: &CurrentUser, response: &mut Response<Body>) {
    match &http.sessions {
        Some(cookies) if user.came_by_cookie() => cookies.clear_in(response),
        _ => refresh::clear_cookie(http, response),
    }
}

/// The password that a grave change asks for once more.
fn current_password(body: &mut Fields) -> Option<Password> {
    body.required("currentPassword", |text| {
        Password::offered(text).map_err(|violation| violation.of("currentPassword"))
    })
}
