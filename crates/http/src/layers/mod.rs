//! What happens around every handler.

mod catch_panic;
mod default_headers;
mod request_context;
mod same_origin;

pub(crate) use catch_panic::catch_panic;
pub(crate) use default_headers::default_headers;
pub(crate) use request_context::request_context;
pub(crate) use same_origin::same_origin;
