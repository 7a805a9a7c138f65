//! The step that flows share when a link is made: a fresh token, of which only the digest is stored.

use crate::auth::Auth;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::mail::MailKind;
use crate::domain::one_time::{NewOneTimeToken, Purpose};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{OneTime, Secret};
use crate::error::Error;
use crate::ports::store::Tx;

/// Whose link it is, and what it is for.
pub(super) struct NewLink<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) user: UserId,
    pub(super) purpose: Purpose,
    /// The mail that carries it, which says how long it works.
    pub(super) kind: MailKind,
    /// The address that it proves.
    pub(super) email: &'a Email,
}

impl Auth {
    /// Stores a fresh token in an open transaction. It works once that is committed.
    pub(super) async fn mint_link(
        &self,
        tx: &mut dyn Tx,
        link: NewLink<'_>,
        now: Timestamp,
    ) -> Result<Secret<OneTime>, Error> {
        let secret = self.fresh_one_time_token()?;
        tx.insert_one_time_token(&NewOneTimeToken {
            digest: secret.digest(),
            tenant: link.tenant.clone(),
            user: link.user,
            purpose: link.purpose,
            email: link.email.clone(),
            created_at: now,
            expires_at: now + self.mail_ttl(link.kind),
        })
        .await?;
        Ok(secret)
    }
}
