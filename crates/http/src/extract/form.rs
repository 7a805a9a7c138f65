//! What a page without a script sends: a query, or a form as browsers encode it.

use std::convert::Infallible;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use horizon_auth_core::domain::token::{OneTime, Secret};
use horizon_auth_core::domain::violation::Violation;
use horizon_auth_core::error::{Code, Error};

use super::json::{Fields, read};
use crate::problem::Problem;
use crate::routes::one_time_token;
use crate::state::Http;

/// A body of the type `application/x-www-form-urlencoded`.
pub(crate) struct FormBody(pub(crate) Fields);

impl FromRequest<Http> for FormBody {
    type Rejection = Problem;

    async fn from_request(request: Request, http: &Http) -> Result<Self, Problem> {
        if !is_form(request.headers()) {
            return Err(Violation::new("body", "must be a form").into());
        }
        let bytes = read(request, http).await?;
        let fields = Fields::from_pairs(form_urlencoded::parse(&bytes));
        Ok(Self(fields.ok_or_else(|| {
            Error::from(Violation::new(
                "body",
                "must be a form in which no field appears twice",
            ))
        })?))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = declared.and_then(|text| text.split(';').next());
    essence.is_some_and(|essence| {
        essence
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

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
