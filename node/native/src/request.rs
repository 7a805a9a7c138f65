//! Requests as Node has them, and answers as Node wants them.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use axum::response::IntoResponse as _;
use horizon_auth::{Code, Gate, LateBody};
use napi::bindgen_prelude::{Buffer, Either};

use crate::shapes::Problem;

/// The tenant that a function of the application found.
#[derive(Clone)]
pub(crate) struct NamedTenant(pub(crate) String);

/// A request as it came from JavaScript.
pub(crate) struct RawRequest {
    pub(crate) method: String,
    pub(crate) uri: String,
    /// name, value, …, joined by line breaks.
    pub(crate) headers: String,
    /// How many lines those were.
    pub(crate) lines: u32,
    pub(crate) ip: Option<String>,
    pub(crate) tenant: Option<String>,
    /// Whether its body did not come in time.
    pub(crate) is_late: bool,
}

impl RawRequest {
    /// The head of the request; one that HTTP does not know is refused.
    pub(crate) fn parts(self) -> Result<Parts, Code> {
        let mut parts = blank(self.uri.parse().map_err(|_| Code::InvalidHeader)?);
        parts.method = Method::from_bytes(self.method.as_bytes()).map_err(|_| Code::InvalidHeader)?;
        parts.headers = headers(&self.headers, self.lines)?;
        if let Some(ip) = self.ip.as_deref().and_then(address) {
            parts.extensions.insert(ConnectInfo(SocketAddr::new(ip, 0)));
        }
        if let Some(tenant) = self.tenant {
            parts.extensions.insert(NamedTenant(tenant));
        }
        if self.is_late {
            parts.extensions.insert(LateBody);
        }
        Ok(parts)
    }
}

/// A request for this address without anything else.
pub(crate) fn blank(uri: Uri) -> Parts {
    let mut parts = Request::new(()).into_parts().0;
    parts.uri = uri;
    parts
}

/// HTTP has no line breaks within lines: where there are more lines than were counted before they were joined, somebody
/// wrote them into one.
fn headers(joined: &str, count: u32) -> Result<HeaderMap, Code> {
    if count == 0 && joined.is_empty() {
        return Ok(HeaderMap::new());
    }
    let mut lines = joined.split('\n');
    let mut headers = HeaderMap::with_capacity(16);
    for _ in 0..count / 2 {
        let (Some(name), Some(value)) = (lines.next(), lines.next()) else {
            return Err(Code::InvalidHeader);
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Code::InvalidHeader)?;
        headers
            .try_append(name, header_value(value)?)
            .map_err(|_| Code::InvalidHeader)?;
    }
    if count.is_multiple_of(2) && lines.next().is_none() {
        Ok(headers)
    } else {
        Err(Code::InvalidHeader)
    }
}

/// Node reads each byte of a header as one character.
fn header_value(text: &str) -> Result<HeaderValue, Code> {
    if text.is_ascii() {
        return HeaderValue::from_str(text).map_err(|_| Code::InvalidHeader);
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    let bytes = bytes.ok_or(Code::InvalidHeader)?;
    HeaderValue::from_bytes(&bytes).map_err(|_| Code::InvalidHeader)
}

/// An address as Node writes it. What is none counts as no address: everybody without one shares a limit.
fn address(text: &str) -> Option<IpAddr> {
    let (bare, _zone) = text.split_once('%').unwrap_or((text, ""));
    bare.parse().ok()
}

/// The head of an answer: status, and header lines joined by line breaks, of which there are none within them.
pub(crate) fn head<B>(response: &Response<B>) -> (u16, String) {
    let mut lines = String::with_capacity(1024);
    for (name, value) in response.headers() {
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(name.as_str());
        lines.push('\n');
        match value.to_str() {
            Ok(text) => lines.push_str(text),
            Err(_) => lines.extend(value.as_bytes().iter().copied().map(char::from)),
        }
    }
    (response.status().as_u16(), lines)
}

/// The refusal of a request.
pub(crate) fn problem(gate: &Gate, error: impl Into<horizon_auth::Error>, parts: &Parts) -> Problem {
    written(gate.refuse(error.into(), parts))
}

/// A refusal as JavaScript sees it.
pub(crate) fn written(problem: horizon_auth::Problem) -> Problem {
    in_memory(problem.into_response())
}

/// An answer whose body is in memory, so that there is nothing to wait for.
pub(crate) fn in_memory(response: Response<Body>) -> Problem {
    let (status, headers) = head(&response);
    let read = pin!(bytes(response.into_body()));
    let body = match read.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(body) => String::from_utf8_lossy(&body).into_owned(),
        Poll::Pending => String::new(),
    };
    Problem {
        status,
        headers,
        body,
    }
}

/// All of a body. Ours are made in memory and cannot break off.
async fn bytes(body: Body) -> Bytes {
    to_bytes(body, usize::MAX).await.unwrap_or_default()
}

/// All of a body, as text where it is some: that is handed over in one piece, and cleared away as any other text.
pub(crate) async fn body(body: Body) -> Either<String, Buffer> {
    let bytes = bytes(body).await;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Either::A(text.to_owned()),
        Err(_) => Either::B(Buffer::from(Vec::from(bytes))),
    }
}
