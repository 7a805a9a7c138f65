//! The HTTP front end of Horizon Auth on axum.
//!
//! Handlers parse, call a flow and render; no rule is decided here. Every
//! error leaves through `problem.rs`, every URL stands in `router.rs`, and in `route_list.rs` with who may
//! call it.

mod body;
pub mod config;
mod cookies;
pub mod extract;
mod gate;
pub mod layers;
#[cfg(feature = "openapi")]
mod openapi;
#[cfg(feature = "pages")]
mod pages;
mod problem;
mod remote_gate;
mod requests;
mod route_list;
mod router;
mod routes;
mod session_cookies;
pub mod sso;
mod state;
mod tenants;

pub use body::SafeUser;
pub use gate::Gate;
#[cfg(feature = "openapi")]
pub use openapi::{documentation, openapi, openapi_of};
#[cfg(feature = "pages")]
pub use pages::pages;
pub use problem::Problem;
pub use requests::RequestTimes;
pub use route_list::{Route, Who, documentation_routes, routes, sso_routes};
pub use router::router;
pub use state::Http;
pub use tenants::TenantExtractor;
