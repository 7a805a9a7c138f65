//! Authentication for axum applications.

pub mod config;
