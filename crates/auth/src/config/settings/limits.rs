//! Rate limits.

use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Form, Setting, setting, special};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("rate_limit.login", Kind::Rate, Unset("`5/1m`; `10/1m` with `http.profile = \"session\"`"),
        "Log-in attempts from one network.")
        .or(&[special("RATE_LIMIT_LOGIN", Form::RateInSeconds)]),

    setting("rate_limit.login_account", Kind::Rate, Unset("`10/15m`; `5/5m` with `http.profile = \"session\"`"),
        "Log-in attempts on one account, from anywhere, before each further one must wait."),

    setting("rate_limit.register", Kind::Rate, Unset("`3/1m`; `5/1m` with `http.profile = \"session\"`"),
        "Registrations from one network.")
        .or(&[special("RATE_LIMIT_REGISTER", Form::RateInSeconds)]),

    setting("rate_limit.refresh", Kind::Rate, Is("10/1m"),
        "Refreshes from one network."),

    setting("rate_limit.password_reset", Kind::Rate, Unset("`3/1h`; `3/5m` with `http.profile = \"session\"`"),
        "Requests for a reset link from one network.")
        .or(&[special("RATE_LIMIT_PASSWORD_RESET", Form::RateInSeconds)]),

    setting("rate_limit.resend", Kind::Rate, Unset("`3/1h`; `3/5m` with `http.profile = \"session\"`"),
        "Requests for another verification mail from one network."),

    setting("rate_limit.one_time_token", Kind::Rate, Unset("`10/1m`; `10/5m` with `http.profile = \"session\"`"),
        "Links of mails presented from one network."),

    setting("rate_limit.reauthenticate", Kind::Rate, Is("5/15m"),
        "Passwords that somebody who is logged in gives again, before each further one must wait."),

    setting("rate_limit.mail", Kind::Rate, Is("3/1h"),
        "Mails of one kind to one address, whether or not it has an account."),

    setting("rate_limit.unknown_tenant", Kind::Rate, Is("30/1m"),
        "Tenants named from one network that do not exist."),

    setting("rate_limit.client_authentication", Kind::Rate, Is("10/1m"),
        "Failed attempts of services to prove which one they are, from one network."),
];
