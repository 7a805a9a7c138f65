//! An authentication server that runs elsewhere, over HTTP: its published keys, and what it tells of tokens.
//!
//! Answers are bounded in size and time, nobody is followed elsewhere, and nothing of a credential shows in
//! an error.

mod introspection;
mod jwks;
mod web;

pub use introspection::HttpIntrospector;
pub use jwks::HttpKeys;
pub use web::ServerUrlError;
