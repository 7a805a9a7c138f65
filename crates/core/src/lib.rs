//! The rules of Horizon Auth. Applications use the crate `horizon-auth`, which re-exports what they need.
//!
//! Arrows within this crate, enforced by the architecture test:
//! `flows -> auth -> { crypto, ports } -> domain`, and nothing imports `flows`.
//! There is no web framework and no database driver here.

mod attempts;
pub mod auth;
pub mod counts;
pub mod crypto;
pub mod domain;
pub mod error;
pub mod events;
mod flights;
pub mod flows;
mod key_watch;
mod life;
mod outside;
pub mod ports;
mod session_cache;
mod stand_down;
mod surveys;
mod tenant_cache;
pub mod verifier;
