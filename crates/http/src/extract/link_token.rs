//! The query of a mail's link.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use horizon_auth_core::domain::token::{OneTime, Secret};
use horizon_auth_core::error::Code;

use crate::routes::one_time_token;

/// The `token` of a link, if its query has one.
pub(crate) struct LinkToken(pub(crate) Option<Result<Secret<OneTime>, Code>>);

impl<S: Send + Sync> FromRequestParts<S> for LinkToken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or("").as_bytes();
        let mut tokens = form_urlencoded::parse(query).filter(|(name, _)| name == "token");
        let Some((_, text)) = tokens.next() else {
            return Ok(Self(None));
        };
        // Of two tokens nobody can say which is meant.
        let doubled = tokens.next().is_some();
        let parsed = one_time_token(&text).and_then(|token| {
            if doubled {
                Err(Code::LinkInvalid)
            } else {
                Ok(token)
            }
        });
        Ok(Self(Some(parsed)))
    }
}
