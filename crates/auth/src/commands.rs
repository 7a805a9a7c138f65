//! What the methods of [`Auth`](crate::Auth) take and give: one command for each use case, and its outcome.

pub use horizon_auth_core::flows::*;
