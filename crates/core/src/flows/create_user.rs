//! An account made by an operator.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::locale::Locale;
use crate::domain::mail::MailKind;
use crate::domain::password::Password;
use crate::domain::role::Role;
use crate::domain::tenant::TenantId;
use crate::domain::user::{NewUser, User};
use crate::error::{Code, Error};
use crate::flows::queue_mail::MailOrder;
use crate::flows::replace_roles::sorted;

/// What it needs. Whether the caller may is the front end's business.
#[derive(Clone, Debug)]
pub struct CreateUserCommand {
    /// In which tenant.
    pub tenant: TenantId,
    /// The address.
    pub email: Email,
    /// The name, if known.
    pub full_name: Option<String>,
    /// The language of mails, if known.
    pub locale: Option<Locale>,
    /// The roles; `None` gives those of every new user.
    pub roles: Option<Vec<Role>>,
    /// The password; without one, nobody can log in until one is set.
    pub password: Option<Password>,
    /// Whether the operator knows that the address is the person's.
    pub email_verified: bool,
    /// Whether a mail goes out with a link to set a password.
    pub invite: bool,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Makes an account. Nobody is logged in, and no limit counts it.
    ///
    /// # Errors
    /// `email_taken`, `unknown_tenant`, `unknown_role`, `invalid_input` about the password, `overloaded`, `unavailable`,
    /// `internal`.
    pub async fn create_user(&self, cmd: CreateUserCommand) -> Result<User, Error> {
        let now = self.now();
        self.expect_tenant(&cmd.tenant).await?;
        let hash = match &cmd.password {
            Some(password) => {
                self.accept_password(password, &cmd.email).await?;
                Some(self.hasher().hash(password).await?)
            }
            None => None,
        };
        let new = NewUser {
            id: UserId::mint(now, self.random()?),
            tenant: cmd.tenant,
            email: cmd.email,
            full_name: cmd.full_name,
            locale: cmd.locale,
            email_verified_at: cmd.email_verified.then_some(now),
            created_at: now,
        };
        let roles = sorted(cmd.roles.unwrap_or_else(|| self.policy().default_roles.clone()));
        let mut tx = self.store().begin().await?;
        if !tx.insert_user(&new).await? {
            return Err(Code::EmailTaken.into());
        }
        if let Some(hash) = &hash {
            tx.put_password(&new.tenant, new.id, hash, now).await?;
        }
        for role in &roles {
            if !tx.share_role(&new.tenant, role).await? {
                return Err(Code::UnknownRole.into());
            }
            tx.insert_user_role(&new.tenant, new.id, role, now).await?;
        }
        if cmd.invite {
            let order = MailOrder::new(MailKind::ResetPassword, &new.tenant, &new.email);
            self.queue_mail(&mut *tx, order, now).await?;
        }
        let event = self
            .event(Event::AccountCreated, &new.tenant, &cmd.client, now)?
            .with_user(new.id)
            .with_email(&new.email);
        self.commit(tx, event).await?;
        if cmd.invite {
            self.ring_mail_bell();
        }
        Ok(new.into_user(roles))
    }
}
