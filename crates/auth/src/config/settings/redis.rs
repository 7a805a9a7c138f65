//! What nodes share.

use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Setting, plain, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("redis.url", Kind::RedisUrl, Unset("none: one process serves alone"),
        "The Redis that nodes share, `redis://…` or `rediss://…` (TLS), with user, password, port and number of the \
         database if need be; needs PostgreSQL.")
        .or(&[plain("REDIS_URL")]),

    setting("redis.url_file", Kind::Path, Unset("none"),
        "File that holds the URL instead; on Unix only its owner may have access to it.")
        .or(&[plain("REDIS_URL_FILE")]),

    setting("redis.host", Kind::Server, Unset("none"),
        "Name or address of that Redis instead.")
        .or(&[plain("REDIS_HOST")]),

    setting("redis.port", Kind::Integer { min: 1, max: 65_535 }, Is("6379"),
        "Port of `redis.host`, if the host says none.")
        .or(&[plain("REDIS_PORT")]),

    setting("redis.sentinels", Kind::Servers, Is(""),
        "Sentinels that name the primary instead; the usual port is 26379."),

    setting("redis.primary", Kind::Text, Unset("required with sentinels"),
        "Name by which the sentinels know the primary."),

    setting("redis.cluster", Kind::Servers, Is(""),
        "Some nodes of a Redis Cluster instead; the usual port is 6379."),

    setting("redis.username", Kind::Text, Unset("the default user"),
        "User of Redis."),

    setting("redis.password", Kind::Secret, Unset("none"),
        "Password of Redis.")
        .or(&[plain("REDIS_PASSWORD")]),

    setting("redis.password_file", Kind::Path, Unset("none"),
        "File that holds the password instead; on Unix only its owner may have access to it.")
        .or(&[plain("REDIS_PASSWORD_FILE")]),

    setting("redis.database", Kind::Integer { min: 0, max: 9999 }, Is("0"),
        "Number of the database; a cluster has only 0.")
        .or(&[plain("REDIS_DB")]),

    setting("redis.tls", Kind::Bool, Unset("`true` if `redis.url` is `rediss`"),
        "Whether TLS is spoken with `redis.host`, sentinels or a cluster."),

    setting("redis.ca_file", Kind::Path, Unset("the usual certificate authorities"),
        "PEM file of the certificate authority that signed the certificates of Redis."),

    setting("redis.prefix", Kind::Text, Is("auth:"),
        "Begins every key in Redis."),

    setting("redis.timeout", Kind::Duration { min: 1, max: 30 }, Is("1s"),
        "Longest time of a call, connecting included; then the request is refused with 503."),

    setting("revocation.mode", Kind::Choice(&["replicated", "per_request"]), Is("replicated"),
        "How a node knows which tokens are denied: `replicated` from its memory, which follows the other nodes; \
         `per_request` by asking Redis about every token."),

    setting("revocation.lease", Kind::Moment { min: 500, max: 10_000 }, Is("1s"),
        "How long a node may decide without having heard of the others; the same on all nodes. Without Redis, tokens \
         are refused after that long."),
];
