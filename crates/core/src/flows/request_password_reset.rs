//! A mail for somebody who forgot the password.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::email::Email;
use crate::domain::limits::Rule;
use crate::domain::mail::MailKind;
use crate::domain::tenant::TenantId;
use crate::error::Error;
use crate::flows::request_link::LinkRequest;

/// What the request needs.
#[derive(Clone, Debug)]
pub struct RequestPasswordResetCommand {
    /// The tenant of the request.
    pub tenant: TenantId,
    /// The address, whether or not it has an account.
    pub email: Email,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Sends the owner of an account a link with which the password can be replaced. The
    /// answer is the same for every address, and the account stays as it is: whoever asks
    /// in another person's name neither locks nor slows down the owner.
    ///
    /// # Errors
    /// `rate_limited`, `unavailable`, `internal`.
    pub async fn request_password_reset(&self, cmd: RequestPasswordResetCommand) -> Result<(), Error> {
        self.request_link(LinkRequest {
            rule: Rule::PasswordReset,
            kind: MailKind::ResetPassword,
            event: Event::PasswordResetRequested,
            tenant: &cmd.tenant,
            email: &cmd.email,
            client: &cmd.client,
        })
        .await
    }
}
