//! Access and refresh tokens.

use super::{DAY, MINUTE};
use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Setting, plain, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("jwt.private_key", Kind::Pem, Unset("none"),
        "Private key that signs access tokens; line breaks may be written as `\\n`.")
        .or(&[plain("JWT_PRIVATE_KEY")]),

    setting("jwt.private_key_file", Kind::Path, Unset("none"),
        "File that holds the private key instead; on Unix only its owner may have access to it.")
        .or(&[plain("JWT_PRIVATE_KEY_FILE"), plain("JWT_PRIVATE_KEY_PATH")]),

    setting("jwt.public_key", Kind::Pem, Unset("from the private key"),
        "Public key that verifies access tokens.")
        .or(&[plain("JWT_PUBLIC_KEY")]),

    setting("jwt.public_key_file", Kind::Path, Unset("none"),
        "File that holds the public key instead.")
        .or(&[plain("JWT_PUBLIC_KEY_FILE"), plain("JWT_PUBLIC_KEY_PATH")]),

    setting("jwt.extra_public_key_files", Kind::Paths, Is(""),
        "Files with further public keys that are published and accepted, for changing keys without logging anyone out."),

    setting("jwt.sealing_key", Kind::Secret, Unset("none"),
        "Keys that seal private keys in the database, base64 of 32 bytes each, separated by commas; the first seals. With one, keys are changed by `horizon-auth keys rotate`."),

    setting("jwt.sealing_key_file", Kind::Path, Unset("none"),
        "File that holds them instead, one a line; on Unix only its owner may have access to it."),

    setting("jwt.rotation_period", Kind::Duration { min: DAY, max: 3650 * DAY }, Unset("never by itself"),
        "How long a key signs before another one takes its place by itself; needs a sealing key. 90 days are recommended."),

    setting("jwt.issuer", Kind::Text, Is("horizon-auth"),
        "The `iss` claim of access tokens.")
        .or(&[plain("JWT_ISSUER")]),

    setting("jwt.audience", Kind::Text, Is("horizon-api"),
        "The `aud` claim of access tokens.")
        .or(&[plain("JWT_AUDIENCE")]),

    setting("jwt.access_token_ttl", Kind::Duration { min: 30, max: DAY }, Is("15m"),
        "Life of an access token; must be shorter than `refresh.idle_ttl`.")
        .or(&[plain("JWT_ACCESS_EXPIRY")]),

    setting("jwt.leeway", Kind::Duration { min: 0, max: 30 }, Is("0s"),
        "Clock difference between machines that is forgiven when tokens are checked."),

    setting("refresh.idle_ttl", Kind::Duration { min: MINUTE, max: 365 * DAY }, Is("7d"),
        "Life of a refresh token that nobody uses.")
        .or(&[plain("JWT_REFRESH_EXPIRY")]),

    setting("refresh.absolute_ttl", Kind::Duration { min: MINUTE, max: 365 * DAY }, Is("30d"),
        "Life of a session, however often it is refreshed; at least `refresh.idle_ttl`."),

    setting("refresh.preset", Kind::Choice(&["strict", "browser"]), Unset("`strict`; `browser` with `mode = \"sso_server\"`"),
        "`strict` accepts each refresh token once; `browser` forgives two tabs that refresh within 10 seconds."),

    setting("refresh.grace", Kind::Duration { min: 0, max: MINUTE }, Unset("from the preset: `0s` or `10s`"),
        "How long a used refresh token still returns the same successor; overrides the preset."),

    setting("refresh.reuse_scope", Kind::Choice(&["user", "family"]), Is("user"),
        "What ends when a used refresh token comes back: all sessions of the user, or only that one."),
];
