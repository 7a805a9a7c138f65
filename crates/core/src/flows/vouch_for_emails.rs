//! Addresses that an administrator knows to be the persons'.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::error::{Code, Error};

/// What it needs.
#[derive(Clone, Debug)]
pub struct VouchForEmailsCommand<'a> {
    /// The administrator.
    pub caller: &'a Identity,
    /// Whose addresses.
    pub users: Vec<UserId>,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Marks the addresses of accounts of the caller's tenant as proved; how many were not before. If one
    /// account is missing, none is changed. Sessions and passwords stay: whoever vouches knows whose they are.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `token_invalid` if the caller's account is gone or disabled, `unavailable`,
    /// `internal`.
    pub async fn vouch_for_emails(&self, cmd: VouchForEmailsCommand<'_>) -> Result<u64, Error> {
        let now = self.now();
        let (caller, tenant) = (cmd.caller, &cmd.caller.tenant);
        let mut users = cmd.users;
        users.sort_unstable();
        users.dedup();
        let mut tx = self.store().begin().await?;
        self.lock_admin(&mut *tx, caller, &users).await?;
        let mut events = Vec::new();
        for id in users {
            let Some(user) = tx.find_user(tenant, id).await? else {
                return Err(Code::NotFound.into());
            };
            if user.email_verified_at.is_some() {
                continue;
            }
            tx.mark_email_verified(tenant, id, now).await?;
            let event = self
                .event(Event::EmailVouchedFor, tenant, &cmd.client, now)?
                .with_user(id)
                .with_email(&user.email)
                .caused_in(caller.session);
            tx.insert_audit_event(&event).await?;
            events.push(event);
        }
        tx.commit().await?;
        for event in &events {
            self.announce(event);
        }
        Ok(u64::try_from(events.len()).unwrap_or(u64::MAX))
    }
}
