//! The HTTP surface as a client sees it: one module per URL, and one per rule that holds for all.

#[path = "http/admin.rs"]
mod admin;
#[path = "http/auth/mod.rs"]
mod auth;
#[path = "http/bodies.rs"]
mod bodies;
#[path = "http/faults.rs"]
mod faults;
#[path = "http/guessing.rs"]
mod guessing;
#[path = "http/headers.rs"]
mod headers;
#[path = "http/health.rs"]
mod health;
#[path = "http/jwks.rs"]
mod jwks;
#[path = "http/layers/mod.rs"]
mod layers;
#[path = "http/limits.rs"]
mod limits;
#[path = "http/methods.rs"]
mod methods;
#[path = "http/openapi.rs"]
mod openapi;
#[path = "http/pages/mod.rs"]
mod pages;
#[path = "http/panics.rs"]
mod panics;
#[path = "http/requests.rs"]
mod requests;
#[path = "http/session/mod.rs"]
mod session;
#[path = "http/sessions.rs"]
mod sessions;
#[path = "http/sso/mod.rs"]
mod sso;
#[path = "http/support.rs"]
mod support;
#[path = "http/tenants/mod.rs"]
mod tenants;
