//! Cookie-authenticated requests come from our own pages, from those of applications that share the log-in, or
//! from no browser at all (decision D11).

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderValue, Method, Response};
use axum::middleware::Next;
use axum::response::IntoResponse;
use horizon_auth_core::error::Code;

use crate::problem::Problem;
use crate::state::Http;

pub(crate) async fn same_origin(State(http): State<Http>, request: Request, next: Next) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if is_safe(&parts.method) || http.is_trusted_page(&parts) {
        next.run(Request::from_parts(parts, body)).await
    } else {
        Problem::from(Code::CrossSite).into_response()
    }
}

/// The same for forms of hosted pages, which no other page has any business to send: whoever could would log
/// people in as somebody else.
#[cfg(feature = "pages")]
pub(crate) async fn own_origin(State(http): State<Http>, request: Request, next: Next) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if is_safe(&parts.method) || http.is_own_page(&parts) {
        next.run(Request::from_parts(parts, body)).await
    } else {
        Problem::from(Code::CrossSite).into_response()
    }
}

/// Methods that change nothing (RFC 9110 section 9.2.1). Every other one counts as unsafe.
pub(crate) fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(method)
}

/// Browsers state where a request comes from: in `Sec-Fetch-Site`, older ones in `Origin`.
/// Neither header means no browser, and then no ambient cookie that could be abused.
pub(crate) fn is_same_origin(headers: &HeaderMap, is_ours: impl Fn(&str) -> bool) -> bool {
    let (mut sites, mut origins) = (
        headers.get_all("sec-fetch-site").iter(),
        headers.get_all(ORIGIN).iter(),
    );
    let (site, origin) = (sites.next(), origins.next());
    // No browser sends one of them twice; whoever did, the first need not be the true one.
    if sites.next().is_some() || origins.next().is_some() {
        return false;
    }
    let names_us = |origin: &HeaderValue| origin.to_str().is_ok_and(&is_ours);
    match site {
        // `none` is the person at the address bar; a page cannot cause it.
        Some(site) if site == "same-origin" || site == "none" => true,
        Some(_) => origin.is_some_and(names_us),
        None => origin.is_none_or(names_us),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(site: Option<&'static str>, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(site) = site {
            headers.insert("sec-fetch-site", HeaderValue::from_static(site));
        }
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        is_same_origin(&headers, |origin| origin == "https://auth.example.com")
    }

    #[test]
    fn our_own_pages_and_programs_without_a_browser_pass() {
        assert!(allowed(None, None));
        assert!(allowed(Some("same-origin"), Some("https://auth.example.com")));
        assert!(allowed(Some("none"), None));
        assert!(allowed(None, Some("https://auth.example.com")));
    }

    #[test]
    fn other_origins_are_refused_even_on_the_same_site() {
        assert!(!allowed(Some("cross-site"), None));
        assert!(!allowed(Some("cross-site"), Some("https://evil.example")));
        assert!(!allowed(Some("same-site"), Some("https://shop.example.com")));
        assert!(!allowed(None, Some("https://evil.example")));
        assert!(!allowed(None, Some("null")));
        assert!(!allowed(None, Some("http://auth.example.com")));
        assert!(!allowed(Some("nonsense"), None));
    }
}
