//! The HTTP front end, the server and its log.

use super::{DAY, KIB, MIB, MINUTE};
use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Setting, plain, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("http.max_body", Kind::Size { min: KIB, max: MIB }, Is("16KiB"),
        "Largest request body."),

    setting("http.body_timeout", Kind::Duration { min: 1, max: 5 * MINUTE }, Is("10s"),
        "Longest time a request body may take to arrive."),

    setting("http.jwks_max_age", Kind::Duration { min: 0, max: DAY }, Is("1h"),
        "How long clients may keep the published keys."),

    setting("http.openapi", Kind::Choice(&["auto", "off", "on"]), Is("auto"),
        "Whether `/openapi.json` and the page `/docs` are served; `auto` is in development only."),

    setting("http.trusted_proxies", Kind::Networks, Is(""),
        "Proxies whose `X-Forwarded-For` and `X-Forwarded-Host` are believed; production refuses networks that hold everyone."),

    setting("cookie.secure", Kind::Bool, Unset("`true` if `public_url` is `https`"),
        "Whether browsers send cookies over `https` only; required in production.")
        .or(&[plain("COOKIE_SECURE")]),

    setting("cookie.domain", Kind::Domain, Unset("none: only the host itself"),
        "Domain that shares the cookies; for single sign-on only.")
        .or(&[plain("COOKIE_DOMAIN")]),

    setting("server.header_timeout", Kind::Duration { min: 1, max: 5 * MINUTE }, Is("10s"),
        "Longest time the head of a request may take to arrive."),

    setting("server.max_header_bytes", Kind::Size { min: 8 * KIB, max: MIB }, Is("16KiB"),
        "Largest head of a request."),

    setting("server.drain_notice", Kind::Duration { min: 0, max: 10 * MINUTE }, Unset("`0s` in development, `5s` in production"),
        "How long a server that stops says `503` at `/health/ready` before it refuses connections: as long as it \
         takes the load balancer to notice."),

    setting("server.drain_timeout", Kind::Duration { min: 0, max: 10 * MINUTE }, Is("20s"),
        "How long running requests may take to finish when the server stops."),

    setting("server.max_connections", Kind::Integer { min: 1, max: 1_000_000 }, Is("10000"),
        "Most connections open to the server at once."),

    setting("log.format", Kind::Choice(&["auto", "json", "pretty"]), Is("auto"),
        "Form of log lines; `auto` is `pretty` on a terminal and `json` elsewhere."),

    setting("log.level", Kind::LogLevels, Is("info"),
        "How much is logged."),
];
