//! What JavaScript sees.

use std::fmt;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use serde::Serialize;

/// A refusal as the engine words it: status, flat headers (name, value, …) and the JSON error body.
#[napi(object, object_from_js = false)]
#[derive(Debug, Serialize)]
pub struct Problem {
    pub status: u16,
    pub headers: Vec<String>,
    pub body: String,
}

/// Who sends a request, as an access token or a session cookie proves it.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Identity {
    pub sub: String,
    pub email: String,
    pub tenant_id: String,
    pub roles: Vec<String>,
    pub sid: String,
    pub kind: &'static str,
    pub jti: Option<String>,
    pub iss: Option<String>,
    pub aud: Option<String>,
    pub iat: Option<i64>,
    pub exp: Option<i64>,
}

/// Either, never both.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Outcome {
    pub identity: Option<Identity>,
    pub problem: Option<Problem>,
}

impl Outcome {
    pub(crate) fn of(outcome: Result<Identity, Problem>) -> Self {
        match outcome {
            Ok(identity) => Self {
                identity: Some(identity),
                problem: None,
            },
            Err(problem) => Self {
                identity: None,
                problem: Some(problem),
            },
        }
    }
}

/// The answer to a request.
#[napi(object, object_from_js = false)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<String>,
    pub body: Buffer,
}

/// Without the body, which may hold a token.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}
