//! A token with which a person can prove an address (the design's `sendEmailVerification`).

use crate::auth::Auth;
use crate::domain::ids::UserId;
use crate::domain::mail::MailKind;
use crate::domain::one_time::Purpose;
use crate::domain::tenant::TenantId;
use crate::domain::token::{OneTime, Secret};
use crate::error::{Code, Error};
use crate::flows::mint_link::NewLink;

impl Auth {
    /// Makes a verification token for the user's present address, to be mailed
    /// to that address and shown to nobody else. Made when a mail is sent, not
    /// when it is queued, so that no secret ever waits in the database.
    ///
    /// # Errors
    /// `not_found`, `unavailable`, `internal`.
    pub async fn issue_verification(
        &self,
        tenant: &TenantId,
        user: UserId,
    ) -> Result<Secret<OneTime>, Error> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let Some(owner) = tx.find_user(tenant, user).await? else {
            return Err(Code::NotFound.into());
        };
        let link = NewLink {
            tenant,
            user,
            purpose: Purpose::VerifyEmail,
            kind: MailKind::VerifyEmail,
            email: &owner.email,
        };
        let secret = self.mint_link(&mut *tx, link, now).await?;
        tx.commit().await?;
        Ok(secret)
    }
}
