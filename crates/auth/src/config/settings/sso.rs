//! Single sign-on: what a server shares, and what an application needs of it.

use super::MINUTE;
use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Setting, plain, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("sso.allowed_origins", Kind::Origins, Is(""),
        "Server: origins whose pages may call it with cookies; each exactly, and in production `https`."),

    setting("sso.redirects", Kind::Addresses, Unset("`sso.allowed_origins`"),
        "Server: where the log-in page may send people back to; an origin, or a path of one with all that is below it."),

    setting("sso.clients", Kind::Clients, Unset("none"),
        "Server: services that may ask about tokens, each with a secret of at least 32 characters such as \
         `openssl rand -hex 32` prints."),

    setting("sso.clients_file", Kind::Path, Unset("none"),
        "Server: file that holds them instead, one a line; on Unix only its owner may have access to it."),

    setting("sso.trust_dev_localhost", Kind::Bool, Is("false"),
        "Server: trusts every page of `http://*.dev.localhost` on any port; refused in production."),

    setting("sso.auth_url", Kind::Origin, Unset("none"),
        "Application: origin of the authentication server; `https`, unless it is on this machine.")
        .or(&[plain("AUTH_SERVICE_URL")]),

    setting("sso.jwks_url", Kind::WebAddress, Unset("`sso.auth_url` and `/.well-known/jwks.json`"),
        "Application: where the server publishes its keys; not looked at if `jwt.public_key` is given."),

    setting("sso.revocation", Kind::Choice(&["redis", "introspection", "signature_only"]), Unset("required in an application"),
        "Application: how it knows what was revoked: from the server's Redis, by asking the server about every token, or \
         not at all until the token expires."),

    setting("sso.client_id", Kind::Text, Unset("required with introspection"),
        "Application: its name in the server's `sso.clients`."),

    setting("sso.client_secret", Kind::Secret, Unset("required with introspection"),
        "Application: its secret there."),

    setting("sso.client_secret_file", Kind::Path, Unset("none"),
        "Application: file that holds that secret instead; on Unix only its owner may have access to it."),

    setting("sso.introspection_cache", Kind::Duration { min: 0, max: MINUTE }, Is("0s"),
        "Application: how long an answer of the server is believed; a log-out is noticed that much later."),

    setting("sso.timeout", Kind::Duration { min: 1, max: 30 }, Is("3s"),
        "Application: longest time of a question to the server; then the request is refused with 503."),
];
