//! Who is calling, for layers. What they find, extractors find again: a request is verified once.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::extract::CurrentUser;
use crate::gate::Gate;
use crate::problem::Problem;

pub(super) async fn identify(gate: &Gate, parts: &mut Parts) -> Result<CurrentUser, Problem> {
    <CurrentUser as FromRequestParts<Gate>>::from_request_parts(parts, gate).await
}
