//! Sessions, however they are carried.

use super::{DAY, MINUTE};
use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Setting, plain, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("http.profile", Kind::Choice(&["token", "session", "both"]), Is("token"),
        "`token` hands out access tokens and a refresh cookie; `session` opaque session cookies, with tokens against \
         cross-site requests; `both` has the routes of sessions below `/session`."),

    setting("session.idle_ttl", Kind::Duration { min: 5 * MINUTE, max: 365 * DAY }, Is("7d"),
        "Life of a session that its cookie does not use, noted once a minute."),

    setting("session.absolute_ttl", Kind::Duration { min: 5 * MINUTE, max: 365 * DAY }, Is("30d"),
        "Life of a session with a cookie, however often it is used; at least `session.idle_ttl`."),

    setting("session.max_per_user", Kind::Integer { min: 1, max: 1000 }, Unset("no limit"),
        "Most sessions of one user at once, with cookies and with tokens; one more ends the oldest."),

    setting("session.cookie_name", Kind::CookieName, Is("session"),
        "Name of the session cookie; under `https` browsers see it as `__Host-` and the name, or with `cookie.domain` \
         as `__Secure-` and the name.")
        .or(&[plain("SESSION_COOKIE_NAME")]),

    setting("session.csrf_cookie_name", Kind::CookieName, Is("csrf"),
        "Name of the cookie that scripts may read, with the token for `X-CSRF-Token`; prefixed in the same way.")
        .or(&[plain("CSRF_COOKIE_NAME")]),

    setting("session.same_site", Kind::Choice(&["strict", "lax"]), Is("strict"),
        "Whether the session cookie comes along when somebody follows a link from another site: not with `strict`."),
];
