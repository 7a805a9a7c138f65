//! Who may pass, by role. Roles are names; what a name allows is said where it is asked for.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use axum::middleware::{FromFnLayer, Next, from_fn_with_state};
use axum::response::IntoResponse;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::error::Code;

use super::caller::identify;
use crate::gate::Gate;

/// A layer that lets through only callers with one of some roles.
///
/// Made by [`Gate::require_role`] and [`Gate::require_any_role`]. Several on one route must all agree.
pub type RequireRole = FromFnLayer<Check, Asked, (State<Asked>, Request)>;

type Check = fn(State<Asked>, Request, Next) -> Answer;
type Answer = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// What a [`RequireRole`] asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    gate: Gate,
    any_of: Arc<[String]>,
}

impl Gate {
    /// A layer that refuses callers without this role: 401 without valid credentials, 403 `forbidden` without
    /// the role. A name that no role can have refuses everybody.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # fn of(gate: &horizon_auth_http::Gate) -> Router<horizon_auth_http::Http> {
    /// Router::new()
    ///     .route("/reports", get(async || "for administrators"))
    ///     .route_layer(gate.require_role("admin"))
    /// # }
    /// ```
    pub fn require_role(&self, name: &str) -> RequireRole {
        self.require_any_role([name])
    }

    /// A layer that refuses callers with none of these roles, as [`Gate::require_role`] does. An empty list
    /// refuses everybody.
    pub fn require_any_role<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> RequireRole {
        let any_of: Arc<[String]> = names.into_iter().map(str::to_owned).collect();
        for name in any_of.iter().filter(|name| Role::parse(name).is_err()) {
            tracing::warn!(name, "no role can have this name; it lets nobody through");
        }
        let asked = Asked {
            gate: self.clone(),
            any_of,
        };
        from_fn_with_state(asked, check as Check)
    }
}

fn check(State(asked): State<Asked>, request: Request, next: Next) -> Answer {
    Box::pin(async move {
        let (mut parts, body) = request.into_parts();
        let caller = match identify(&asked.gate, &mut parts).await {
            Ok(caller) => caller,
            Err(problem) => return problem.into_response(),
        };
        if asked.any_of.iter().any(|name| caller.has_role(name)) {
            next.run(Request::from_parts(parts, body)).await
        } else {
            asked.gate.refuse(Code::Forbidden.into(), &parts).into_response()
        }
    })
}
