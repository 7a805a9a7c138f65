//! The engine as a native addon of Node.js: what the npm packages load. `index.d.cts` beside `src/` says what it gives.
//!
//! It translates and holds no rule: requests go into the router that the server has, credentials to the same
//! [`Gate`](horizon_auth::Gate), service calls to the same flows. Nothing here waits on the thread of JavaScript.

mod admit;
mod calls;
mod engine;
mod events;
mod fault;
mod mailer;
pub mod migrate;
mod open;
pub mod options;
mod request;
mod runtime;
mod service;
mod shapes;

use std::path::Path;

use napi_derive::napi;

/// Everything that is wrong with options, in the names of the package; empty if nothing is. Opens no database.
#[napi(catch_unwind)]
#[must_use]
pub fn check_options(options: String, folder: String) -> Vec<String> {
    options::Read::new(&options, Path::new(&folder)).problems()
}

/// Names that `Engine.call` knows.
#[napi(js_name = "calls")]
#[must_use]
pub fn call_names() -> Vec<&'static str> {
    calls::NAMES.to_vec()
}

/// Version of the addon; the packages refuse another one than theirs.
#[napi]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
