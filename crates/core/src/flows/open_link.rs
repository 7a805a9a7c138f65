//! The steps that flows share when somebody comes with the token of a mail's link.

use crate::auth::Auth;
use crate::domain::client::Client;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::limits::{Counted, Rule};
use crate::domain::one_time::Purpose;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{Digest, OneTime, Secret};
use crate::domain::user::{DisableReason, Login};
use crate::error::{Code, Error};
use crate::ports::store::{Db, Tx};

/// A link that worked when it was looked at. Nothing of it is used up yet.
pub(super) struct Link {
    digest: Digest<OneTime>,
    purpose: Purpose,
    pub(super) tenant: TenantId,
    pub(super) user: UserId,
    /// The address that it proves.
    pub(super) email: Email,
}

impl Auth {
    /// Looks at a link before anything is hashed or used up. It knows its tenant, because nobody who follows a
    /// link sends a header; where the request names one, it must be the same.
    ///
    /// # Errors
    /// `rate_limited`; `link_invalid`, whatever is wrong with it or with its account; `unavailable`.
    pub(super) async fn open_link(
        &self,
        purpose: Purpose,
        named: Option<&TenantId>,
        token: &Secret<OneTime>,
        client: &Client,
        now: Timestamp,
    ) -> Result<Link, Error> {
        let counted_in = named.unwrap_or(&self.policy().default_tenant);
        let network = Counted::Network(counted_in, client.network());
        self.limit(Rule::OneTimeToken, network, now).await?;
        let digest = token.digest();
        let mut db = self.store().db().await?;
        let found = db.find_one_time_grant(&digest, purpose, now).await?;
        let Some(grant) = found.filter(|grant| named.is_none_or(|named| grant.tenant == *named)) else {
            return Err(Code::LinkInvalid.into());
        };
        let link = Link {
            digest,
            purpose,
            tenant: grant.tenant,
            user: grant.user,
            email: grant.email,
        };
        link.account(&mut *db).await?;
        Ok(link)
    }
}

impl Link {
    /// Locks the user's row and uses the link up. The account as it stands under that lock.
    ///
    /// # Errors
    /// `link_invalid` if somebody was faster; drop the transaction then.
    pub(super) async fn consume(&self, tx: &mut dyn Tx, now: Timestamp) -> Result<Login, Error> {
        // First of all locks, as everywhere: users, then what belongs to them.
        if !tx.lock_user(&self.tenant, self.user).await? {
            return Err(Code::LinkInvalid.into());
        }
        let consumed = tx.consume_one_time_token(&self.digest, self.purpose, now).await?;
        if consumed.is_none() {
            return Err(Code::LinkInvalid.into());
        }
        self.account(tx).await
    }

    /// The account, unless it is disabled in a way that this link cannot mend.
    async fn account<D: Db + ?Sized>(&self, db: &mut D) -> Result<Login, Error> {
        let found = db.find_login_of(&self.tenant, self.user).await?;
        let usable = |login: &Login| match self.purpose {
            // Who switched the account off must be able to prove who they are, to switch it on again.
            Purpose::ResetPassword => login.disabled != Some(DisableReason::Operator),
            Purpose::VerifyEmail | Purpose::ChangeEmail => login.disabled.is_none(),
        };
        found.filter(usable).ok_or(Code::LinkInvalid.into())
    }
}
