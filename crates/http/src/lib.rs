//! The HTTP front end of Horizon Auth on axum.
//!
//! Handlers parse, call a flow and render; no rule is decided here. Every
//! error leaves through `problem.rs`, every URL stands in `router.rs`.

mod body;
pub mod config;
mod cookies;
pub mod extract;
mod gate;
mod layers;
mod pages;
mod problem;
mod router;
mod routes;
mod state;

pub use gate::Gate;
pub use pages::pages;
pub use problem::Problem;
pub use router::router;
pub use state::Http;
