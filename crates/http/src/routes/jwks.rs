use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::state::Http;

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// `GET /.well-known/jwks.json`: the public keys, cacheable, for anybody.
pub(crate) async fn jwks(State(http): State<Http>, headers: HeaderMap) -> Response<Body> {
    let published = http.auth.jwks();
    let jwks = published.jwks();
    // A list may come in several header lines (RFC 9110 section 5.3).
    let unchanged = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == jwks.etag);
    let mut response = Response::new(if unchanged {
        Body::empty()
    } else {
        Body::from(jwks.body.clone())
    });
    let headers = response.headers_mut();
    let max_age = format!(
        "public, max-age={}",
        published.max_age.min(http.config.jwks_max_age).as_secs()
    );
    for (name, value) in [
        (CACHE_CONTROL, max_age.as_str()),
        (ETAG, jwks.etag.as_str()),
        (CORP, "cross-origin"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}
