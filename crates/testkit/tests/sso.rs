//! Applications whose people log in elsewhere: where their keys come from, and what they believe.

#[path = "sso/cookies.rs"]
mod cookies;
#[path = "sso/introspection.rs"]
mod introspection;
#[path = "sso/keys.rs"]
mod keys;
#[path = "sso/keys_hostile.rs"]
mod keys_hostile;
#[path = "sso/redis.rs"]
mod redis;
#[path = "sso/support.rs"]
mod support;
