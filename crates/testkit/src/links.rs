//! What a person does with the links of mails.

use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::token::{OneTime, Secret};
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{
    RequestPasswordResetCommand, RequestVerificationCommand, ResetPasswordCommand, VerifyEmailCommand,
};

use crate::engine::{TestAuth, tenant};

impl TestAuth {
    /// Sends everything that is due, and reads the token of the newest mail of a kind to an address.
    pub async fn mailed_token(&self, email: &str, kind: MailKind) -> String {
        self.deliver_all().await;
        self.mailbox.token(email, kind)
    }

    /// Sends everything that is due.
    pub async fn deliver_all(&self) {
        while self.auth.deliver_mail().await.expect("mails are sent").total() > 0 {}
    }

    /// Asks for another verification mail.
    pub async fn request_verification(&self, email: &str) -> Result<(), Error> {
        let cmd = RequestVerificationCommand {
            tenant: tenant(),
            email: Email::parse(email).expect("an address"),
            client: self.client(),
        };
        self.auth.request_verification(cmd).await
    }

    /// Asks for a reset mail.
    pub async fn request_reset(&self, email: &str) -> Result<(), Error> {
        let cmd = RequestPasswordResetCommand {
            tenant: tenant(),
            email: Email::parse(email).expect("an address"),
            client: self.client(),
        };
        self.auth.request_password_reset(cmd).await
    }

    /// Asks for a reset mail and reads its token.
    pub async fn reset_token(&self, email: &str) -> String {
        self.request_reset(email).await.expect("the request is taken");
        self.mailed_token(email, MailKind::ResetPassword).await
    }

    /// Replaces a forgotten password.
    pub async fn reset_password(&self, token: &str, new_password: &str) -> Result<(), Error> {
        let cmd = ResetPasswordCommand {
            tenant: Some(tenant()),
            token: parse(token)?,
            new_password: Password::new(new_password)?,
            client: self.client(),
        };
        self.auth.reset_password(cmd).await
    }

    /// Proves an address with the link alone.
    pub async fn verify_email(&self, token: &str) -> Result<(), Error> {
        self.verify_email_with(token, None, None).await
    }

    /// Proves an address with a password, or with a new one.
    pub async fn verify_email_with(
        &self,
        token: &str,
        password: Option<&str>,
        new_password: Option<&str>,
    ) -> Result<(), Error> {
        let cmd = VerifyEmailCommand {
            tenant: Some(tenant()),
            token: parse(token)?,
            password: password.map(Password::offered).transpose()?,
            new_password: new_password.map(Password::new).transpose()?,
            client: self.client(),
        };
        self.auth.verify_email(cmd).await
    }
}

fn parse(token: &str) -> Result<Secret<OneTime>, Error> {
    Secret::<OneTime>::parse(token).ok_or(Code::LinkInvalid.into())
}
