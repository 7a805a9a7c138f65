//! The last resort: a panic is a 500, not a broken connection (ASVS 16.5.4).

use std::any::Any;

use axum::body::Body;
use axum::http::Response;
use axum::response::IntoResponse;
use horizon_auth_core::error::Error;
use tower_http::catch_panic::CatchPanicLayer;

use crate::problem::Problem;

type Answer = fn(Box<dyn Any + Send>) -> Response<Body>;

pub(crate) fn catch_panic() -> CatchPanicLayer<Answer> {
    CatchPanicLayer::custom(answer as Answer)
}

// The payload may quote data; only the panic hook's own line names the place.
fn answer(_payload: Box<dyn Any + Send>) -> Response<Body> {
    Problem::from(Error::Internal("a handler panicked")).into_response()
}
