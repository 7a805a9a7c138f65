//! What JavaScript sees.

use std::fmt;

use axum::response::Response;
use horizon_auth::config::{Config, Mode};
use napi::bindgen_prelude::{Buffer, Either};
use napi_derive::napi;
use serde::Serialize;

use crate::request;

/// A refusal as the engine words it: status, header lines joined by line breaks (name, value, …), the JSON error body.
#[napi(object, object_from_js = false)]
#[derive(Debug, Serialize)]
pub struct Problem {
    pub status: u16,
    pub headers: String,
    pub body: String,
}

/// Who sends a request, as JSON: one text costs a fraction of an object whose properties are handed over one by one.
pub(crate) type Admitted = Result<String, Problem>;

/// Either, as JavaScript sees it.
pub(crate) type Outcome = Either<String, Problem>;

pub(crate) fn outcome(admitted: Admitted) -> Outcome {
    match admitted {
        Ok(identity) => Either::A(identity),
        Err(problem) => Either::B(problem),
    }
}

/// What a front end must know of the settings.
#[napi(object, object_from_js = false)]
#[derive(Clone, Debug)]
pub struct Facts {
    pub mode: &'static str,
    pub serves_documents: bool,
    pub max_body_bytes: u32,
    pub body_timeout_ms: u32,
}

impl Facts {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            mode: match config.mode {
                Mode::Embedded => "embedded",
                Mode::SsoServer => "sso_server",
                Mode::SsoClient => "sso_client",
            },
            serves_documents: config.http.openapi,
            max_body_bytes: u32::try_from(config.http.max_body_bytes).unwrap_or(u32::MAX),
            body_timeout_ms: u32::try_from(config.http.body_timeout.as_millis()).unwrap_or(u32::MAX),
        }
    }
}

/// The answer to a request.
#[napi(object, object_from_js = false)]
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: Either<String, Buffer>,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (status, headers) = request::head(&response);
        let body = request::body(response.into_body()).await;
        Self {
            status,
            headers,
            body,
        }
    }
}

/// Without the body, which may hold a token.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
