use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::policy::VerificationProof;
use horizon_auth_core::domain::token::{OneTime, Secret};
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{RequestVerificationCommand, VerifyEmailCommand};

use super::frame::{Frame, Message, Way, dead_link, page, refusal};
use super::request::Asked;
use crate::extract::{Caller, FormBody, LinkTenant, LinkToken};
use crate::routes::{new_password, one_time_token};
use crate::state::Http;

const ASKED: Asked = Asked {
    title: "Confirm your e-mail address",
    text: "Enter the address of your account. We send you another link.",
    action: "/verify-email",
};
const ANOTHER: Way = Way {
    path: "/verify-email",
    words: "Ask for another link",
};

#[derive(Template)]
#[template(path = "pages/verify_email.html")]
struct VerifyForms<'a> {
    frame: Frame,
    token: &'a str,
    asks_password: bool,
    /// Whether the form for a new password is the one that was sent.
    choosing: bool,
}

/// `GET /verify-email`: a button that confirms, or without a token a form for the address.
pub(super) async fn show(State(http): State<Http>, LinkToken(token): LinkToken) -> Response<Body> {
    match token {
        None => ASKED.show(&http),
        Some(Err(_)) => dead_link(&http, Some(ANOTHER)),
        Some(Ok(token)) => forms(&http, Vec::new(), &token, false),
    }
}

/// `POST /verify-email`: what either form asks for.
pub(super) async fn submit(
    State(http): State<Http>,
    LinkTenant(tenant): LinkTenant,
    Caller(client): Caller,
    FormBody(mut fields): FormBody,
) -> Response<Body> {
    let Some(token) = fields
        .optional("token", |text| Ok(one_time_token(text)))
        .flatten()
    else {
        let tenant = tenant.unwrap_or_else(|| http.auth.policy().default_tenant.clone());
        let send = |email| {
            http.auth.request_verification(RequestVerificationCommand {
                tenant,
                email,
                client,
            })
        };
        return ASKED.submit(&http, fields, send).await;
    };
    let Ok(token) = token else {
        return dead_link(&http, Some(ANOTHER));
    };
    let password = fields.optional("password", Password::offered);
    let replacement = fields.optional("newPassword", new_password);
    // A field that is there: parsed, or refused.
    let choosing = !matches!(replacement, Some(None));
    let outcome = match fields.finish(password.zip(replacement)) {
        Err(error) => Err(error),
        Ok((password, new_password)) => {
            let token = token.clone();
            http.auth
                .verify_email(VerifyEmailCommand {
                    tenant,
                    token,
                    password,
                    new_password,
                    client,
                })
                .await
        }
    };
    match outcome {
        Ok(()) => confirmed(&http, choosing),
        Err(error) => refused(&http, error, &token, choosing),
    }
}

fn confirmed(http: &Http, replaced: bool) -> Response<Body> {
    page(&Message {
        frame: Frame::new(http),
        title: "Your e-mail address is confirmed",
        text: if replaced {
            "Log in with the new password."
        } else {
            "You can log in now."
        },
        way: None,
    })
}

fn refused(http: &Http, error: Error, token: &Secret<OneTime>, choosing: bool) -> Response<Body> {
    if error.code() == Code::LinkInvalid {
        return dead_link(http, Some(ANOTHER));
    }
    refusal(error, |errors| forms(http, errors, token, choosing))
}

fn forms(http: &Http, errors: Vec<String>, token: &Secret<OneTime>, choosing: bool) -> Response<Body> {
    page(&VerifyForms {
        frame: Frame::with(http, errors),
        token: token.reveal(),
        asks_password: http.auth.policy().verification_proof == VerificationProof::Password,
        choosing,
    })
}
