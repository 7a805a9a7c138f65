//! From a request to the types that flows want. Whatever cannot be parsed never reaches a flow.

mod caller;
mod current_admin;
mod current_user;
mod form;
mod json;
mod link_tenant;
#[cfg(feature = "pages")]
mod link_token;
mod path_id;
mod tenant;

pub(crate) use caller::{Caller, is_from_proxy, request_id};
pub(crate) use current_admin::CurrentAdmin;
pub use current_user::CurrentUser;
pub(crate) use form::FormBody;
pub use json::LateBody;
pub(crate) use json::{Fields, JsonBody, OptionalJsonBody};
pub(crate) use link_tenant::LinkTenant;
#[cfg(feature = "pages")]
pub(crate) use link_token::LinkToken;
pub(crate) use path_id::PathId;
pub use tenant::CurrentTenant;
