//! Pages of applications on other origins (decision D4, C-72): which may call, and read the answers.

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, ORIGIN, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::state::Http;

/// How long browsers may remember what they were allowed.
const MAX_AGE: Duration = Duration::from_secs(600);

/// Exactly the allowed origins, with their cookies; `None` where single sign-on is not offered.
pub(crate) fn cors(http: &Http) -> Option<CorsLayer> {
    let sso = http.config.sso.clone()?;
    let is_allowed =
        move |origin: &HeaderValue, _: &Parts| origin.to_str().is_ok_and(|origin| sso.allows_origin(origin));
    Some(
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(is_allowed))
            .allow_credentials(true)
            .allow_methods([
                Method::GET,
                Method::HEAD,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ])
            .allow_headers([
                AUTHORIZATION,
                CONTENT_TYPE,
                HeaderName::from_static("idempotency-key"),
                HeaderName::from_static("x-csrf-token"),
            ])
            .expose_headers([RETRY_AFTER, HeaderName::from_static("x-request-id")])
            .max_age(MAX_AGE)
            .vary([ORIGIN]),
    )
}
