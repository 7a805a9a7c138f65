//! Logging in for an application on another origin, and back to it. No token is ever part of an address.

use std::convert::Infallible;

use askama::Template;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::violation::Violation;
use horizon_auth_core::error::Error;

use super::frame::{Frame, Message, allow_return, page, refusal};
use crate::extract::{Caller, CurrentTenant, Fields, FormBody};
use crate::routes::login::credentials;
use crate::routes::session::end_former;
use crate::sso::ReturnTo;
use crate::state::Http;

#[derive(Template)]
#[template(path = "pages/login.html")]
struct LoginForm<'a> {
    frame: Frame,
    email: &'a str,
    return_to: &'a str,
}

/// The `return_to` of a query; of two nobody can say which is meant.
pub(super) struct Asked(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or("").as_bytes();
        let mut found = form_urlencoded::parse(query).filter(|(name, _)| name == "return_to");
        let only = found.next().filter(|_| found.next().is_none());
        Ok(Self(only.map(|(_, text)| text.into_owned())))
    }
}

/// `GET /login`: the form.
pub(super) async fn show(State(http): State<Http>, Asked(text): Asked) -> Response<Body> {
    let return_to = trusted(&http, text.as_deref());
    form(Frame::new(&http), "", return_to.as_ref())
}

/// `POST /login`: a session, and 303 to where somebody came from if that is trusted.
pub(super) async fn submit(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    headers: HeaderMap,
    FormBody(mut fields): FormBody,
) -> Response<Body> {
    let text = fields
        .optional("return_to", |text| Ok::<_, Violation>(text.to_owned()))
        .flatten();
    let return_to = trusted(&http, text.as_deref());
    let email = fields.peek("email").unwrap_or_default();
    match log_in(&http, tenant, client, &headers, fields).await {
        Ok(cookies) => welcome(&http, return_to.as_ref(), cookies),
        Err(error) => refusal(error, |errors| {
            form(Frame::with(&http, errors), &email, return_to.as_ref())
        }),
    }
}

/// The cookies of a fresh session, as the profile carries them.
async fn log_in(
    http: &Http,
    tenant: TenantId,
    client: Client,
    headers: &HeaderMap,
    fields: Fields,
) -> Result<Response<Body>, Error> {
    let cmd = credentials(tenant.clone(), client.clone(), fields)?;
    let mut carrier = Response::new(Body::empty());
    if http.config.profile.has_tokens() {
        let logged_in = http.auth.login(cmd).await?;
        if let Some(cookie) = http.cookie.issue(&logged_in.refresh) {
            carrier.headers_mut().append(SET_COOKIE, cookie);
        }
    } else {
        let session = http.auth.login_with_cookie(cmd).await?;
        end_former(http, headers, tenant, client).await;
        http.hand_out(&session, carrier.headers_mut())?;
    }
    Ok(carrier)
}

fn welcome(http: &Http, return_to: Option<&ReturnTo>, carrier: Response<Body>) -> Response<Body> {
    let location = return_to.and_then(|back| HeaderValue::from_str(back.address()).ok());
    let mut response = match location {
        Some(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        None => page(&Message {
            frame: Frame::new(http),
            title: "You are logged in",
            text: "Go back to your application.",
            way: None,
        }),
    };
    response.headers_mut().extend(carrier.into_parts().0.headers);
    response
}

fn trusted(http: &Http, text: Option<&str>) -> Option<ReturnTo> {
    http.config.sso.as_ref()?.return_to(text?)
}

fn form(frame: Frame, email: &str, return_to: Option<&ReturnTo>) -> Response<Body> {
    let mut response = page(&LoginForm {
        frame,
        email,
        return_to: return_to.map_or("", ReturnTo::address),
    });
    if let Some(back) = return_to {
        // Browsers hold what a form leads to, redirects included, against the page's policy.
        allow_return(&mut response, back.origin());
    }
    response
}
