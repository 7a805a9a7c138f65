//! Accounts from another system, a batch at a time.

use crate::auth::Auth;
use crate::domain::audit::{AuditRow, Event};
use crate::domain::client::Client;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::locale::Locale;
use crate::domain::password::PasswordHash;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::user::{DisableReason, NewUser};
use crate::domain::violation::Violation;
use crate::error::Error;
use crate::ports::store::Tx;

/// An account as another system had it.
#[derive(Clone, Debug)]
pub struct ImportedUser {
    /// The id to keep, so that foreign keys elsewhere stay true; `None` makes one.
    pub id: Option<UserId>,
    /// The address.
    pub email: Email,
    /// The password's verifier; without one, nobody can log in until a password is set.
    pub password: Option<PasswordHash>,
    /// The name, if known.
    pub full_name: Option<String>,
    /// The language of mails, if known.
    pub locale: Option<Locale>,
    /// When the address was proved, if it was.
    pub email_verified_at: Option<Timestamp>,
    /// The roles, which are made if the tenant lacks them; `None` gives those of every new user.
    pub roles: Option<Vec<Role>>,
    /// When the account was made; `None` is now.
    pub created_at: Option<Timestamp>,
    /// Whether it is switched off, by an operator.
    pub disabled: bool,
}

/// What became of one account of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It was made.
    Imported(UserId),
    /// The address has an account, which was left as it is.
    AlreadyThere,
    /// It cannot be imported.
    Refused(Violation),
}

/// A batch that is written but not committed.
struct Batch {
    tx: Box<dyn Tx>,
    outcomes: Vec<ImportOutcome>,
    events: Vec<AuditRow>,
}

impl Auth {
    /// Imports a batch in one transaction; the outcomes are in the order of the accounts. An account
    /// that exists is never changed, so a batch may be imported again.
    ///
    /// # Errors
    /// `unknown_tenant`, `unavailable`, `internal`; then nothing of the batch was imported, unless it
    /// was the commit that failed.
    pub async fn import_users(
        &self,
        tenant: &TenantId,
        users: Vec<ImportedUser>,
        client: &Client,
    ) -> Result<Vec<ImportOutcome>, Error> {
        let batch = self.insert_batch(tenant, users, client).await?;
        batch.tx.commit().await?;
        batch.events.iter().for_each(|event| self.announce(event));
        Ok(batch.outcomes)
    }

    /// Says what [`Auth::import_users`] would do with a batch, and leaves nothing behind.
    ///
    /// # Errors
    /// As [`Auth::import_users`].
    pub async fn rehearse_import(
        &self,
        tenant: &TenantId,
        users: Vec<ImportedUser>,
        client: &Client,
    ) -> Result<Vec<ImportOutcome>, Error> {
        // Written and rolled back: a rehearsal that does something else proves nothing.
        let batch = self.insert_batch(tenant, users, client).await?;
        drop(batch.tx);
        Ok(batch.outcomes)
    }

    async fn insert_batch(
        &self,
        tenant: &TenantId,
        users: Vec<ImportedUser>,
        client: &Client,
    ) -> Result<Batch, Error> {
        let now = self.now();
        self.expect_tenant(tenant).await?;
        let mut tx = self.store().begin().await?;
        let mut outcomes = Vec::with_capacity(users.len());
        let mut events = Vec::with_capacity(users.len());
        for user in users {
            let outcome = match self.check_import_hash(&user) {
                Ok(()) => self.insert_imported(&mut *tx, tenant, &user, now).await?,
                Err(violation) => ImportOutcome::Refused(violation),
            };
            if let ImportOutcome::Imported(id) = outcome {
                let event = self
                    .event(Event::AccountImported, tenant, client, now)?
                    .with_user(id)
                    .with_email(&user.email);
                tx.insert_audit_event(&event).await?;
                events.push(event);
            }
            outcomes.push(outcome);
        }
        Ok(Batch { tx, outcomes, events })
    }

    /// A hash that log-in would refuse must not be stored: its owner would be locked out unseen.
    fn check_import_hash(&self, user: &ImportedUser) -> Result<(), Violation> {
        match &user.password {
            Some(hash) => self
                .hasher()
                .can_verify(hash)
                .map_err(|reason| Violation::new("passwordHash", reason)),
            None => Ok(()),
        }
    }

    async fn insert_imported(
        &self,
        tx: &mut dyn Tx,
        tenant: &TenantId,
        user: &ImportedUser,
        now: Timestamp,
    ) -> Result<ImportOutcome, Error> {
        let id = match user.id {
            Some(id) => {
                if let Some(outcome) = settled(tx, tenant, id, &user.email).await? {
                    return Ok(outcome);
                }
                id
            }
            None => UserId::mint(now, self.random()?),
        };
        let new = NewUser {
            id,
            tenant: tenant.clone(),
            email: user.email.clone(),
            full_name: user.full_name.clone(),
            locale: user.locale.clone(),
            email_verified_at: user.email_verified_at,
            created_at: user.created_at.unwrap_or(now),
        };
        if !tx.insert_user(&new).await? {
            return Ok(ImportOutcome::AlreadyThere);
        }
        if let Some(hash) = &user.password {
            tx.put_password(tenant, id, hash, now).await?;
        }
        for role in user.roles.as_ref().unwrap_or(&self.policy().default_roles) {
            tx.insert_role(tenant, role, now).await?;
            tx.insert_user_role(tenant, id, role, now).await?;
        }
        if user.disabled {
            tx.disable_user(tenant, id, DisableReason::Operator, now).await?;
        }
        Ok(ImportOutcome::Imported(id))
    }
}

/// What becomes of an account with an id of its own that cannot be inserted. Looked up before,
/// because a broken constraint would spoil the whole transaction on PostgreSQL.
async fn settled(
    tx: &mut dyn Tx,
    tenant: &TenantId,
    id: UserId,
    email: &Email,
) -> Result<Option<ImportOutcome>, Error> {
    let refused = |rule| Ok(Some(ImportOutcome::Refused(Violation::new("id", rule))));
    if id.uuid().is_nil() {
        return refused("must not be all zeros");
    }
    match tx.find_user_id(tenant, email).await? {
        Some(known) if known == id => return Ok(Some(ImportOutcome::AlreadyThere)),
        Some(_) => return refused("is not the id of the account that has this address"),
        None => {}
    }
    match tx.find_user_tenant(id).await? {
        Some(_) => refused("belongs to another account"),
        None => Ok(None),
    }
}
