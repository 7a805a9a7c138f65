//! What happens around every handler.

mod caller;
mod catch_panic;
mod cors;
mod csrf;
mod default_headers;
mod protect;
mod request_context;
mod roles;
mod same_origin;

pub(crate) use catch_panic::catch_panic;
pub(crate) use cors::cors;
pub use csrf::Csrf;
pub(crate) use default_headers::{add_default_headers, default_headers};
pub use protect::{Protected, protect};
pub(crate) use request_context::{add_context_headers, request_context};
pub use roles::{Asked, RequireRole};
#[cfg(feature = "pages")]
pub(crate) use same_origin::own_origin;
pub(crate) use same_origin::{is_safe, is_same_origin, same_origin};
