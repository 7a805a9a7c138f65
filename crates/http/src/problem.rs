//! Errors on the wire: one body for all of them (decision D19).

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue, Response, StatusCode, Uri};
use axum::response::IntoResponse;
use axum::{body::Body, extract::OriginalUri};
use horizon_auth_core::domain::ids::RequestId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::error::{Code, Error};
use serde::Serialize;

/// An error on its way to the client.
///
/// Extractors of this crate complete it themselves. Returned from a handler
/// within [`router`](crate::router()), it is completed with path, time and
/// request id on the way out.
#[derive(Debug)]
pub struct Problem {
    error: Error,
    place: Option<Place>,
    cookies: Vec<HeaderValue>,
}

/// Where and when a request failed.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) request: RequestId,
    pub(crate) at: Timestamp,
}

impl Place {
    /// The path as the client wrote it, without the query, which may hold secrets.
    pub(crate) fn path(uri: &Uri, extensions: &Extensions) -> String {
        extensions
            .get::<OriginalUri>()
            .map_or(uri, |original| &original.0)
            .path()
            .to_owned()
    }
}

impl Problem {
    /// Completes an error of an extractor.
    pub(crate) fn at(error: Error, parts: &Parts, request: RequestId, at: Timestamp) -> Self {
        Self {
            error,
            place: Some(Place {
                path: Place::path(&parts.uri, &parts.extensions),
                request,
                at,
            }),
            cookies: Vec::new(),
        }
    }

    /// The same with `Set-Cookie` lines.
    pub(crate) fn with_cookies(mut self, cookies: impl IntoIterator<Item = HeaderValue>) -> Self {
        self.cookies.extend(cookies);
        self
    }

    /// The id of the request, if it is known where it failed.
    pub(crate) fn request(&self) -> Option<RequestId> {
        self.place.as_ref().map(|place| place.request)
    }

    /// The machine-readable reason.
    #[must_use]
    pub fn code(&self) -> Code {
        self.error.code()
    }
}

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self {
            error: error.into(),
            place: None,
            cookies: Vec::new(),
        }
    }
}

/// The body of decision D19, in the order in which people read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    status_code: u16,
    code: &'static str,
    message: Message,
    error: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

#[derive(Clone, Serialize)]
#[serde(untagged)]
enum Message {
    One(&'static str),
    Many(Vec<String>),
}

/// What is left to say once the place is known; travels in the response's extensions.
#[derive(Clone)]
pub(crate) struct Unplaced {
    code: Code,
    message: Message,
}

impl Unplaced {
    fn render(self, place: Option<&Place>) -> Vec<u8> {
        let (wire, status_code, _) = self.code.row();
        let reason = StatusCode::from_u16(status_code)
            .ok()
            .and_then(|status| status.canonical_reason());
        let body = ErrorBody {
            status_code,
            code: wire,
            message: self.message,
            error: reason.unwrap_or("Error"),
            timestamp: place.map(|place| place.at.to_string()),
            path: place.map(|place| place.path.as_str()),
            request_id: place.map(|place| place.request.to_string()),
        };
        // Strings and numbers always serialise.
        serde_json::to_vec(&body).unwrap_or_default()
    }

    /// Takes what an error says out of its answer, for a page to say it.
    #[cfg(feature = "pages")]
    pub(crate) fn take(response: &mut Response<Body>) -> Option<Code> {
        let unplaced = response.extensions_mut().remove::<Self>()?;
        Some(unplaced.code)
    }

    /// Gives an answer without a place its final body.
    pub(crate) fn complete(response: &mut Response<Body>, place: &Place) {
        if let Some(unplaced) = response.extensions_mut().remove::<Self>() {
            *response.body_mut() = Body::from(unplaced.render(Some(place)));
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let code = self.error.code();
        report(&self.error);
        let message = match &self.error {
            Error::Invalid(violations) => Message::Many(violations.iter().map(ToString::to_string).collect()),
            _ => Message::One(code.title()),
        };
        let unplaced = Unplaced { code, message };
        let mut response = Response::new(Body::empty());
        *response.status_mut() =
            StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(challenge) = challenge(code) {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        for cookie in self.cookies {
            headers.append(SET_COOKIE, cookie);
        }
        if let Some(wait) = self.error.retry_after() {
            // Whole seconds, rounded up: whoever waits that long succeeds.
            let seconds = wait.as_millis().div_ceil(1000).max(1);
            headers.insert(
                RETRY_AFTER,
                HeaderValue::from(u64::try_from(seconds).unwrap_or(u64::MAX)),
            );
        }
        *response.body_mut() = Body::from(unplaced.clone().render(self.place.as_ref()));
        // Also where the place is known: a page says it in its own way.
        response.extensions_mut().insert(unplaced);
        response
    }
}

/// RFC 6750 section 3: the error attribute only when a token was sent.
fn challenge(code: Code) -> Option<&'static str> {
    match code {
        Code::TokenInvalid | Code::TokenExpired | Code::TokenRevoked => {
            Some(r#"Bearer error="invalid_token""#)
        }
        Code::ClientInvalid => Some(r#"Basic realm="horizon-auth""#),
        code if code.status() == 401 => Some("Bearer"),
        _ => None,
    }
}

/// Faults of ours are logged once, here, with their cause; refusals are not faults.
/// The request's span names the request.
fn report(error: &Error) {
    if error.code().status() == 500 {
        tracing::error!(error = error as &dyn std::error::Error, "a request failed");
    } else if matches!(error, Error::Store(_) | Error::Cache(_) | Error::Breaches(_)) {
        tracing::warn!(
            error = error as &dyn std::error::Error,
            "a request could not be served"
        );
    }
}
