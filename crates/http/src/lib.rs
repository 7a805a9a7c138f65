//! The HTTP front end of Horizon Auth.

pub mod config;
