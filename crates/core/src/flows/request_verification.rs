//! Another mail to prove an address.

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
pub struct RequestVerificationCommand {
    /// The tenant of the request.
    pub tenant: TenantId,
    /// The address, whether or not it has an account.
    pub email: Email,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Sends the owner of an account that is not verified yet another link. The answer is
    /// the same for every address.
    ///
    /// # Errors
    /// `rate_limited`, `unavailable`, `internal`.
    pub async fn request_verification(&self, cmd: RequestVerificationCommand) -> Result<(), Error> {
        self.request_link(LinkRequest {
            rule: Rule::Resend,
            kind: MailKind::VerifyEmail,
            event: Event::VerificationRequested,
            tenant: &cmd.tenant,
            email: &cmd.email,
            client: &cmd.client,
        })
        .await
    }
}
