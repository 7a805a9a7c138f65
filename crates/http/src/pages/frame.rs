//! What all pages share: head, style, headers, and how they tell errors.

use std::sync::LazyLock;

use askama::Template;
use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, Response};
use axum::middleware::Next;
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use horizon_auth_core::error::{Code, Error};

use crate::problem::{Problem, Unplaced};
use crate::state::Http;

const STYLE: &str = include_str!("../../templates/pages/style.css");

/// The one style may apply, forms go home, and nothing else is loaded, run or framed.
static POLICY: LazyLock<String> = LazyLock::new(|| policy("'self'"));

fn policy(form_action: &str) -> String {
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Lets the form of a page lead to this origin, by a redirect after it went home.
pub(super) fn allow_return(response: &mut Response<Body>, origin: &str) {
    if let Ok(policy) = HeaderValue::try_from(policy(&format!("'self' {origin}"))) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// What the layout needs of every page.
pub(super) struct Frame {
    pub(super) product: String,
    pub(super) style: &'static str,
    /// Sentences on what went wrong.
    pub(super) errors: Vec<String>,
}

impl Frame {
    /// A frame without errors.
    pub(super) fn new(http: &Http) -> Self {
        Self::with(http, Vec::new())
    }

    /// A frame that tells errors.
    pub(super) fn with(http: &Http, errors: Vec<String>) -> Self {
        Self {
            product: http.auth.policy().mail.product.clone(),
            style: STYLE,
            errors,
        }
    }
}

/// Somewhere to go from a page.
pub(super) struct Way {
    pub(super) path: &'static str,
    pub(super) words: &'static str,
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "pages/message.html")]
pub(super) struct Message<'a> {
    pub(super) frame: Frame,
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) way: Option<Way>,
}

/// Answers 200 with a page.
pub(super) fn page(template: &impl Template) -> Response<Body> {
    let Ok(text) = template.render() else {
        return Problem::from(Error::Internal("a page could not be rendered")).into_response();
    };
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    for (name, value) in [
        ("x-robots-tag", "noindex, nofollow"),
        // No page that opened this one in a window of its own reaches into it (ASVS 3.4.8).
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // Without it the stricter policy of all answers applies, and the page lacks its style.
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Answers with a page that tells an error, and with the error's status and headers.
pub(super) fn refusal(error: Error, page: impl FnOnce(Vec<String>) -> Response<Body>) -> Response<Body> {
    let errors = sentences(&error);
    let mut response = Problem::from(error).into_response();
    Unplaced::take(&mut response);
    dress(&mut response, page(errors));
    response
}

/// The page of a link that does not work, and the way to another one.
pub(super) fn dead_link(http: &Http, way: Option<Way>) -> Response<Body> {
    refusal(Code::LinkInvalid.into(), |_| {
        page(&Message {
            frame: Frame::new(http),
            title: Code::LinkInvalid.title(),
            text: "A link works once, and only for a while.",
            way,
        })
    })
}

/// Whatever else fails within these paths is told by a page too.
pub(super) async fn problems_as_pages(
    State(http): State<Http>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let mut response = next.run(request).await;
    if let Some(code) = Unplaced::take(&mut response) {
        let said = page(&Message {
            frame: Frame::new(&http),
            title: code.title(),
            text: "",
            way: None,
        });
        dress(&mut response, said);
    }
    response
}

/// Puts a page into an answer that keeps its status and its own headers.
fn dress(response: &mut Response<Body>, page: Response<Body>) {
    let (parts, body) = page.into_parts();
    response.headers_mut().extend(parts.headers);
    *response.body_mut() = body;
}

/// The errors of a form in the words of its labels.
fn sentences(error: &Error) -> Vec<String> {
    let Error::Invalid(violations) = error else {
        return vec![error.code().title().to_owned()];
    };
    let labelled = violations.iter().map(|violation| match violation.field {
        "newPassword" => violation.clone().of("new password").to_string(),
        _ => violation.to_string(),
    });
    labelled.collect()
}
