use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use horizon_auth_core::domain::token::{OneTime, Secret};
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::ConfirmEmailChangeCommand;

use super::frame::{Frame, Message, dead_link, page, refusal};
use crate::extract::{Caller, FormBody, LinkTenant, LinkToken};
use crate::routes::one_time_token;
use crate::state::Http;

#[derive(Template)]
#[template(path = "pages/confirm_email.html")]
struct ConfirmForm<'a> {
    frame: Frame,
    token: &'a str,
}

/// `GET /confirm-email`: a button that confirms. Another link is asked for where one is logged in.
pub(super) async fn show(State(http): State<Http>, LinkToken(token): LinkToken) -> Response<Body> {
    match token {
        Some(Ok(token)) => form(Frame::new(&http), &token),
        Some(Err(_)) | None => dead_link(&http, None),
    }
}

/// `POST /confirm-email`: the account gets the address.
pub(super) async fn submit(
    State(http): State<Http>,
    LinkTenant(tenant): LinkTenant,
    Caller(client): Caller,
    FormBody(mut fields): FormBody,
) -> Response<Body> {
    let token = fields.required("token", |text| Ok(one_time_token(text)));
    let Some(Ok(token)) = token else {
        return dead_link(&http, None);
    };
    let cmd = ConfirmEmailChangeCommand {
        tenant,
        token: token.clone(),
        client,
    };
    match http.auth.confirm_email_change(cmd).await {
        Ok(()) => page(&Message {
            frame: Frame::new(&http),
            title: "Your e-mail address has been changed",
            text: "You have been logged out everywhere. Log in with the new address.",
            way: None,
        }),
        Err(error) if error.code() == Code::LinkInvalid => dead_link(&http, None),
        Err(error) => refusal(error, |errors| form(Frame::with(&http, errors), &token)),
    }
}

fn form(frame: Frame, token: &Secret<OneTime>) -> Response<Body> {
    page(&ConfirmForm {
        frame,
        token: token.reveal(),
    })
}
