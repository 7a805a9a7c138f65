//! What a page without a script sends: a form as browsers encode it.

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use horizon_auth_core::domain::violation::Violation;
use horizon_auth_core::error::Error;

use super::json::{Fields, read};
use crate::problem::Problem;
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
