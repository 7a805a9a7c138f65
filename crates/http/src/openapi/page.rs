//! The document over HTTP, and Swagger UI to read and to try it. Nothing is loaded from elsewhere.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, Response};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use horizon_auth_core::error::Code;

use super::openapi_of;
use crate::layers;
use crate::problem::Problem;
use crate::state::Http;

const PAGE: &[u8] = include_bytes!("../../assets/docs/index.html");
const START: &[u8] = include_bytes!("../../assets/docs/start.js");
// Of scripts/update-swagger-ui. Every browser takes gzip, so nobody is asked.
const SCRIPT: &[u8] = include_bytes!("../../assets/swagger-ui/swagger-ui.js.gz");
const STYLE: &[u8] = include_bytes!("../../assets/swagger-ui/swagger-ui.css.gz");

/// The scripts and the style of this server, its routes to be tried, and pictures within the style.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// `/openapi.json` and `/docs`, to merge with [`router`](crate::router()); nothing unless the settings want them.
pub fn documentation<S>(http: Http) -> Router<S> {
    if !http.config.openapi {
        return Router::new().with_state(http);
    }
    let document = Bytes::from(openapi_of(&http).to_string());
    Router::new()
        .route(
            "/openapi.json",
            get(async move || plain("application/json", document)),
        )
        .route("/docs", get(page))
        .route("/docs/start.js", get(async || plain("text/javascript", START)))
        .route(
            "/docs/swagger-ui.js",
            get(async || packed("text/javascript", SCRIPT)),
        )
        .route("/docs/swagger-ui.css", get(async || packed("text/css", STYLE)))
        .method_not_allowed_fallback(async || Problem::from(Code::MethodNotAllowed))
        // Layers run from the bottom line up.
        .layer(layers::catch_panic())
        .layer(from_fn(layers::default_headers))
        .layer(from_fn_with_state(http.clone(), layers::request_context))
        .with_state(http)
}

async fn page() -> Response<Body> {
    let mut response = plain("text/html; charset=utf-8", PAGE);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow"),
    );
    response
}

fn packed(media: &'static str, bytes: &'static [u8]) -> Response<Body> {
    let mut response = plain(media, bytes);
    let gzip = HeaderValue::from_static("gzip");
    response.headers_mut().insert(CONTENT_ENCODING, gzip);
    response
}

fn plain(media: &'static str, bytes: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(bytes.into());
    let media = HeaderValue::from_static(media);
    response.headers_mut().insert(CONTENT_TYPE, media);
    response
}
