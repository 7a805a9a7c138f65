//! The step that flows share when credentials change or a mailbox is proved: links that were mailed stop working.

use crate::auth::Auth;
use crate::domain::ids::UserId;
use crate::domain::mail::MailKind;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::ports::store::Tx;

impl Auth {
    /// Uses up all one-time tokens of a user and drops the mails that would bring one to an address
    /// which is not the account's. Without the second part somebody who asked for a change of address
    /// and keeps its mail waiting would get a fresh link afterwards. Lock the user's row first.
    pub(super) async fn withdraw_links(
        &self,
        tx: &mut dyn Tx,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), Error> {
        tx.delete_mails_about(tenant, user, Some(MailKind::ConfirmEmailChange))
            .await?;
        tx.revoke_one_time_tokens(tenant, user, None, now).await?;
        Ok(())
    }
}
