use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::token::{OneTime, Secret};
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{RequestPasswordResetCommand, ResetPasswordCommand};

use super::frame::{Frame, Message, Way, dead_link, page, refusal};
use super::request::Asked;
use crate::extract::{Caller, Fields, FormBody, LinkTenant, LinkToken};
use crate::routes::{new_password, one_time_token};
use crate::state::Http;

const ASKED: Asked = Asked {
    title: "Forgot your password?",
    text: "Enter the address of your account. We send you a link with which you can choose a new password.",
    action: "/reset-password",
};
const ANOTHER: Way = Way {
    path: "/reset-password",
    words: "Ask for another link",
};

#[derive(Template)]
#[template(path = "pages/reset_password.html")]
struct ResetForm<'a> {
    frame: Frame,
    token: &'a str,
}

/// `GET /reset-password`: a form for the new password, or without a token one for the address.
pub(super) async fn show(State(http): State<Http>, LinkToken(token): LinkToken) -> Response<Body> {
    match token {
        None => ASKED.show(&http),
        Some(Err(_)) => dead_link(&http, Some(ANOTHER)),
        Some(Ok(token)) => form(Frame::new(&http), &token),
    }
}

/// `POST /reset-password`: what either form asks for.
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
            http.auth.request_password_reset(RequestPasswordResetCommand {
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
    match reset(&http, tenant, &token, fields, client).await {
        Ok(()) => page(&Message {
            frame: Frame::new(&http),
            title: "Your password has been replaced",
            text: "You have been logged out everywhere. Log in with the new password.",
            way: None,
        }),
        Err(error) if error.code() == Code::LinkInvalid => dead_link(&http, Some(ANOTHER)),
        Err(error) => refusal(error, |errors| form(Frame::with(&http, errors), &token)),
    }
}

async fn reset(
    http: &Http,
    tenant: Option<TenantId>,
    token: &Secret<OneTime>,
    mut fields: Fields,
    client: Client,
) -> Result<(), Error> {
    let new_password = fields.required("newPassword", new_password);
    let new_password = fields.finish(new_password)?;
    http.auth
        .reset_password(ResetPasswordCommand {
            tenant,
            token: token.clone(),
            new_password,
            client,
        })
        .await
}

fn form(frame: Frame, token: &Secret<OneTime>) -> Response<Body> {
    page(&ResetForm {
        frame,
        token: token.reveal(),
    })
}
