//! Unsafe requests come from our own pages, also where nobody asks who calls.

use std::future::Future;
use std::pin::Pin;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use axum::middleware::{FromFnLayer, Next, from_fn_with_state};
use axum::response::IntoResponse;

use crate::gate::Gate;

/// A layer against cross-site requests. Made by [`Gate::csrf`].
pub type Csrf = FromFnLayer<Check, Gate, (State<Gate>, Request)>;

type Check = fn(State<Gate>, Request, Next) -> Answer;
type Answer = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

impl Gate {
    /// A layer that refuses unsafe requests of other sites: 403 `cross_site` if a browser says that a page of
    /// another origin sent it, 403 `csrf_invalid` if it comes with a session cookie and without its token.
    ///
    /// Routes whose handler takes [`CurrentUser`](crate::extract::CurrentUser), and those of
    /// [`protect`](super::protect), check this by themselves, as far as a cookie is what proves the caller. The
    /// layer is for the others: forms that anybody may send, and handlers that read the cookie on their own.
    /// Requests with a bearer token pass: no browser sends one by itself.
    ///
    /// ```
    /// # use axum::{Router, routing::post};
    /// # fn of(gate: &horizon_auth_http::Gate) -> Router<horizon_auth_http::Http> {
    /// Router::new()
    ///     .route("/guest-book", post(async || "thank you"))
    ///     .route_layer(gate.csrf())
    /// # }
    /// ```
    pub fn csrf(&self) -> Csrf {
        from_fn_with_state(self.clone(), check as Check)
    }
}

fn check(State(gate): State<Gate>, request: Request, next: Next) -> Answer {
    Box::pin(async move {
        let (parts, body) = request.into_parts();
        match gate.expect_own_page(&parts) {
            Ok(()) => next.run(Request::from_parts(parts, body)).await,
            Err(error) => gate.refuse(error, &parts).into_response(),
        }
    })
}
