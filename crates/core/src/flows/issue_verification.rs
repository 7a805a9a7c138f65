//! A token with which a person can prove an address (the design's `sendEmailVerification`).

use crate::auth::Auth;
use crate::domain::ids::UserId;
use crate::domain::one_time::{NewOneTimeToken, Purpose};
use crate::domain::tenant::TenantId;
use crate::domain::token::{OneTime, Secret};
use crate::error::{Code, Error};

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
        let secret = self.fresh_one_time_token()?;
        let mut tx = self.store().begin().await?;
        let Some(owner) = tx.find_user(tenant, user).await? else {
            return Err(Code::NotFound.into());
        };
        tx.insert_one_time_token(&NewOneTimeToken {
            digest: secret.digest(),
            tenant: tenant.clone(),
            user,
            purpose: Purpose::VerifyEmail,
            email: owner.email,
            created_at: now,
            expires_at: now + self.policy().mail.verification_ttl,
        })
        .await?;
        tx.commit().await?;
        Ok(secret)
    }
}
