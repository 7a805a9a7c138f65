//! The request's id, its errors' bodies, its place in the statistics, and HSTS: what needs to know the request and
//! the settings.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{HeaderName, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderMap, HeaderValue, Response};
use axum::middleware::Next;
use horizon_auth_core::domain::ids::RequestId;
use tracing::Instrument as _;

use crate::config::HttpConfig;
use crate::extract::request_id;
use crate::problem::{Place, Unplaced};
use crate::state::Http;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) async fn request_context(
    State(http): State<Http>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let begun = http.requests.begin(request.method(), request.extensions());
    let id = offered(request.headers()).unwrap_or_else(|| request_id(request.extensions(), &http));
    request.extensions_mut().insert(id);
    let path = Place::path(request.uri(), request.extensions());
    // Of the highest level, so that every line of the request names it whatever is filtered.
    let span = tracing::error_span!("request", requestId = %id);
    let trace = begun.span(id);
    let mut response = next.run(request).instrument(trace.clone()).instrument(span).await;
    trace.record("http.response.status_code", response.status().as_u16());
    begun.answered(response.status());
    Unplaced::complete(
        &mut response,
        &Place {
            path,
            request: id,
            at: http.auth.now(),
        },
    );
    add_context_headers(response.headers_mut(), id, &http.config);
    response
}

pub(crate) fn add_context_headers(headers: &mut HeaderMap, id: RequestId, config: &HttpConfig) {
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        headers.insert(X_REQUEST_ID, value);
    }
    if config.public_origin.starts_with("https://") {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
}

/// A proxy's id is kept if it is a UUID; anything else could forge log lines.
fn offered(headers: &HeaderMap) -> Option<RequestId> {
    headers.get(X_REQUEST_ID)?.to_str().ok()?.parse().ok()
}
