//! Registration and passwords.

use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Setting, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("registration.require_verified_email", Kind::Bool, Unset("`false`; with `http.profile = \"session\"` in production `true`"),
        "Whether the mail address must be verified before the first log-in."),

    setting("registration.send_verification", Kind::Bool, Is("true"),
        "Whether a registration sends the mail that verifies the address; it can be asked for at any time."),

    setting("registration.session_before_verification", Kind::Bool, Is("false"),
        "Whether a registration with a session cookie opens a session although log-ins need a verified address."),

    setting("registration.enumeration", Kind::Choice(&["explicit", "private"]), Is("explicit"),
        "`explicit` tells that an address is taken; `private` answers the same for new and taken addresses."),

    setting("registration.default_roles", Kind::Roles, Is("user"),
        "Roles of a new user."),

    setting("registration.verification_proof", Kind::Choice(&["link", "password"]), Unset("`link` in development, `password` in production"),
        "What verifies an address: the link alone, or the link with the account's password or a new one, \
         so that somebody who registered another person's address gains nothing from that person's click."),

    setting("password.blocklist", Kind::Choice(&["off", "common"]), Unset("`off` in development, `common` in production"),
        "`common` refuses passwords that many people use."),

    setting("password.context_words", Kind::Words, Is(""),
        "Words that no password may consist of, beside the address and `mail.product`."),

    setting("password.breach_check", Kind::Choice(&["off", "open", "closed"]), Is("off"),
        "Looks new passwords up in Have I Been Pwned by the first five letters of their hash; \
         without an answer `open` lets them pass and `closed` refuses with 503."),

    setting("password.breach_url", Kind::Origin, Is("https://api.pwnedpasswords.com"),
        "Where breached passwords are looked up; a mirror must answer `GET /range/{prefix}` the same way."),
];
