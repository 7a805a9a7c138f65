//! An account as it is written for people and for programs.

use horizon_auth::operator::{DisableReason, Locale, PasswordHash, Role, User};
use serde::Serialize;

/// An account with the fields that `users import` reads, in this order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Account<'a> {
    pub(super) id: String,
    /// As it was written: the capitals are for the post.
    pub(super) email: &'a str,
    pub(super) email_verified: bool,
    pub(super) full_name: Option<&'a str>,
    pub(super) roles: Vec<&'a str>,
    pub(super) locale: Option<&'a str>,
    pub(super) created_at: String,
    pub(super) disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password_hash: Option<&'a str>,
}

impl<'a> Account<'a> {
    pub(super) fn new(user: &'a User, password: Option<&'a PasswordHash>) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.written(),
            email_verified: user.email_verified_at.is_some(),
            full_name: user.full_name.as_deref(),
            roles: user.roles.iter().map(Role::as_str).collect(),
            locale: user.locale.as_ref().map(Locale::as_str),
            created_at: user.created_at.to_string(),
            disabled: user.disabled_at.is_some(),
            password_hash: password.map(PasswordHash::as_str),
        }
    }
}

/// Whether the account can be used, in a word or two.
pub(super) fn state(user: &User) -> &'static str {
    match (user.disabled_by, user.email_verified_at) {
        (Some(DisableReason::Operator), _) => "disabled",
        (Some(DisableReason::Owner), _) => "deactivated",
        (None, None) => "unverified",
        (None, Some(_)) => "verified",
    }
}

/// The roles, or a dash.
pub(super) fn roles(user: &User) -> String {
    let names: Vec<&str> = user.roles.iter().map(Role::as_str).collect();
    if names.is_empty() {
        "-".to_owned()
    } else {
        names.join(" ")
    }
}
