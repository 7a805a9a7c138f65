//! Rate limits.

use crate::config::kind::Kind;
use crate::config::setting::Fallback::Is;
use crate::config::setting::{Form, Setting, setting, special};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("rate_limit.login", Kind::Rate, Is("5/1m"),
        "Log-in attempts from one network.")
        .or(&[special("RATE_LIMIT_LOGIN", Form::RateInSeconds)]),

    setting("rate_limit.login_account", Kind::Rate, Is("10/15m"),
        "Log-in attempts on one account, from anywhere, before each further one must wait."),

    setting("rate_limit.register", Kind::Rate, Is("3/1m"),
        "Registrations from one network.")
        .or(&[special("RATE_LIMIT_REGISTER", Form::RateInSeconds)]),

    setting("rate_limit.refresh", Kind::Rate, Is("10/1m"),
        "Refreshes from one network."),

    setting("rate_limit.password_reset", Kind::Rate, Is("3/1h"),
        "Requests for a reset link from one network.")
        .or(&[special("RATE_LIMIT_PASSWORD_RESET", Form::RateInSeconds)]),

    setting("rate_limit.resend", Kind::Rate, Is("3/1h"),
        "Requests for another verification mail from one network."),

    setting("rate_limit.one_time_token", Kind::Rate, Is("10/1m"),
        "Links of mails presented from one network."),

    setting("rate_limit.reauthenticate", Kind::Rate, Is("5/15m"),
        "Passwords that somebody who is logged in gives again, before each further one must wait."),

    setting("rate_limit.mail", Kind::Rate, Is("3/1h"),
        "Mails of one kind to one address, whether or not it has an account."),
];
