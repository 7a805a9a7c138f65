//! Deny by default: what is not said to be public needs a caller.

use std::fmt;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::Response;
use axum::middleware::{Next, from_fn_with_state};
use horizon_auth_core::error::Code;

use super::caller::identify;
use crate::gate::Gate;
use crate::problem::Problem;

/// Routes that need a caller, beside those that were said to be public. Made by [`protect`].
pub struct Protected<S = ()> {
    gate: Gate,
    guarded: Router<S>,
    fallback: Router<S>,
    public: Router<S>,
}

/// Closes every route of `router` to callers without valid credentials, whether its handler asks who calls or not.
///
/// They get 401 before anything is said about a path or a method, so an unknown path is 401 to them and 404 to
/// others. Open what everybody may see with [`Protected::public`]; finish with [`Protected::into_router`] or
/// [`Protected::with_state`]. Routes that are added after that are not closed.
///
/// A preflight request of CORS has no credentials: a CORS layer belongs around the finished router.
///
/// # Panics
/// When it is finished, if `router` has a fallback: give it to [`Protected::fallback`].
///
/// ```
/// # use axum::{Router, routing::get};
/// # use horizon_auth_http::{Gate, Http, layers::protect};
/// # fn app(http: Http) -> Router {
/// let gate = Gate::from(http.clone());
/// protect(&gate, Router::new().route("/notes", get(async || "yours")))
///     .public(Router::new().route("/", get(async || "welcome")))
///     .with_state(http)
/// # }
/// ```
#[must_use]
pub fn protect<S: Clone + Send + Sync + 'static>(gate: &Gate, router: Router<S>) -> Protected<S> {
    let gate_at_end = gate.clone();
    let not_found = async move |request: Request| {
        let (parts, _) = request.into_parts();
        gate_at_end.refuse(Code::NotFound.into(), &parts)
    };
    Protected {
        gate: gate.clone(),
        guarded: router,
        fallback: Router::new().fallback(not_found),
        public: Router::new(),
    }
}

impl<S: Clone + Send + Sync + 'static> Protected<S> {
    /// Adds routes that everybody may call. Their handlers may still take `Option<CurrentUser>`.
    ///
    /// # Panics
    /// If a path is there already; when it is finished, if `router` has a fallback.
    #[must_use]
    pub fn public(mut self, router: Router<S>) -> Self {
        self.public = self.public.merge(router);
        self
    }

    /// Answers callers with valid credentials where no route is; without it they get the error body of 404.
    #[must_use]
    pub fn fallback<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.fallback = Router::new().fallback(handler);
        self
    }

    /// The router, to be merged, nested or served.
    ///
    /// # Panics
    /// If the routes collide, or one of the routers has a fallback of its own.
    pub fn into_router(self) -> Router<S> {
        // The layer also stands around the fallback and around the answers to wrong methods.
        self.fallback
            .merge(self.guarded)
            .layer(from_fn_with_state(self.gate, guard))
            .merge(self.public)
    }

    /// The router with its state.
    ///
    /// # Panics
    /// As [`Protected::into_router`].
    pub fn with_state<T>(self, state: S) -> Router<T> {
        self.into_router().with_state(state)
    }
}

impl<S: Clone + Send + Sync + 'static> From<Protected<S>> for Router<S> {
    fn from(protected: Protected<S>) -> Self {
        protected.into_router()
    }
}

impl<S> fmt::Debug for Protected<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Protected")
    }
}

async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Result<Response<Body>, Problem> {
    let (mut parts, body) = request.into_parts();
    identify(&gate, &mut parts).await?;
    Ok(next.run(Request::from_parts(parts, body)).await)
}
