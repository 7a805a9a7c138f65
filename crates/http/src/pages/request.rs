//! The form that asks for an address and has a mail sent to it.

use askama::Template;
use axum::body::Body;
use axum::http::Response;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::error::Error;

use super::frame::{Frame, Message, page, refusal};
use crate::extract::Fields;
use crate::state::Http;

/// What tells one such form from another.
pub(super) struct Asked {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) action: &'static str,
}

#[derive(Template)]
#[template(path = "pages/request.html")]
struct RequestForm<'a> {
    frame: Frame,
    title: &'static str,
    text: &'static str,
    action: &'static str,
    email: &'a str,
}

impl Asked {
    /// The empty form.
    pub(super) fn show(&self, http: &Http) -> Response<Body> {
        self.form(Frame::new(http), "")
    }

    /// Hands the address of a form to `send`. The page that follows is the same for every address.
    pub(super) async fn submit<F: Future<Output = Result<(), Error>>>(
        &self,
        http: &Http,
        mut form: Fields,
        send: impl FnOnce(Email) -> F,
    ) -> Response<Body> {
        let mut written = String::new();
        let email = form.required("email", |text| {
            text.clone_into(&mut written);
            Email::parse(text)
        });
        let outcome = match form.finish(email) {
            Ok(email) => send(email).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => page(&Message {
                frame: Frame::new(http),
                title: "Look into your mailbox",
                text: "If there is an account with this address that needs one, a link is on its way.",
                way: None,
            }),
            Err(error) => refusal(error, |errors| self.form(Frame::with(http, errors), &written)),
        }
    }

    fn form(&self, frame: Frame, email: &str) -> Response<Body> {
        page(&RequestForm {
            frame,
            title: self.title,
            text: self.text,
            action: self.action,
            email,
        })
    }
}
