//! A new account (decision D15).

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::limits::{Counted, Rule};
use crate::domain::locale::Locale;
use crate::domain::mail::MailKind;
use crate::domain::password::{Password, PasswordHash};
use crate::domain::policy::Enumeration;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::user::{NewUser, User};
use crate::error::{Code, Error};
use crate::flows::begin_session::{Beginner, LoggedIn, Means, Opened, SessionOpened};
use crate::flows::queue_mail::MailOrder;
use crate::ports::store::Tx;

/// What a registration needs. The tenant comes from the front end's extractor, never from the body.
#[derive(Clone, Debug)]
pub struct RegisterCommand {
    /// The tenant of the request.
    pub tenant: TenantId,
    /// The address.
    pub email: Email,
    /// The password.
    pub password: Password,
    /// The name, if given.
    pub full_name: Option<String>,
    /// The language of mails, if known.
    pub locale: Option<Locale>,
    /// Who asks.
    pub client: Client,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Registered<L = LoggedIn> {
    /// The account is ready and logged in.
    LoggedIn(Box<L>),
    /// The address must be proved first; nobody is logged in. With
    /// [`Enumeration::Private`] this is also the answer for a known address.
    VerificationRequired(Box<Pending>),
}

/// An account that waits for its address to be proved.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The account, or what looks like one.
    pub user: User,
    /// Whether a mail goes to the address.
    pub verification_sent: bool,
}

impl<L> Registered<L> {
    fn try_map<M>(self, opened: impl FnOnce(L) -> Result<M, Error>) -> Result<Registered<M>, Error> {
        Ok(match self {
            Self::LoggedIn(login) => Registered::LoggedIn(Box::new(opened(*login)?)),
            Self::VerificationRequired(pending) => Registered::VerificationRequired(pending),
        })
    }
}

impl Auth {
    /// Makes an account and logs it in, or asks for proof of the address.
    ///
    /// # Errors
    /// `rate_limited`, `invalid_input` about the field `password`, `email_taken`, `tenant_disabled`, `overloaded`, `unavailable`, `internal`.
    pub async fn register(&self, cmd: RegisterCommand) -> Result<Registered, Error> {
        self.enroll(cmd, Means::Tokens).await?.try_map(Opened::tokens)
    }

    /// The same with a cookie in place of tokens.
    ///
    /// # Errors
    /// As [`Auth::register`].
    pub async fn register_with_cookie(
        &self,
        cmd: RegisterCommand,
    ) -> Result<Registered<SessionOpened>, Error> {
        self.enroll(cmd, Means::Cookie).await?.try_map(Opened::cookie)
    }

    async fn enroll(&self, cmd: RegisterCommand, means: Means) -> Result<Registered<Opened>, Error> {
        let now = self.now();
        self.limit(
            Rule::Register,
            Counted::Network(&cmd.tenant, cmd.client.network()),
            now,
        )
        .await?;
        self.accept_password(&cmd.password, &cmd.email).await?;
        let mails = self.allowed_mails(&cmd, now).await?;
        // Hashed before the look-up, so that a known address costs as much as a new one.
        let hash = self.hasher().hash(&cmd.password).await?;
        let new = NewUser {
            id: UserId::mint(now, self.random()?),
            tenant: cmd.tenant.clone(),
            email: cmd.email.clone(),
            full_name: cmd.full_name.clone(),
            locale: cmd.locale.clone(),
            email_verified_at: None,
            created_at: now,
        };
        let mut tx = self.store().begin().await?;
        if !tx.insert_user(&new).await? {
            return self.refuse_known_address(tx, &cmd, new, mails, now).await;
        }
        let user = self.fill_account(&mut *tx, new, &hash, mails, now).await?;
        let event = self
            .event(Event::Registered, &cmd.tenant, &cmd.client, now)?
            .with_email(&cmd.email);
        let early = means == Means::Cookie && self.policy().opens_before_verification();
        if self.policy().verification_required() && !early {
            self.commit(tx, event.with_user(user.id)).await?;
            self.ring_mail_bell();
            return Ok(Registered::VerificationRequired(Box::new(Pending {
                user,
                verification_sent: mails.verification,
            })));
        }
        let who = Beginner {
            tenant: &cmd.tenant,
            user: user.id,
            cred_version: user.cred_version,
            client: &cmd.client,
            means,
        };
        let Some(mut begun) = self.begin_session(&mut *tx, who, now).await? else {
            // A new user's credentials are the ones that were just written: only the tenant can be in the way.
            return Err(Code::TenantDisabled.into());
        };
        let event = event.with_user(user.id).with_session(begun.session);
        self.commit_begun(tx, &mut begun, event).await?;
        self.ring_mail_bell();
        Ok(Registered::LoggedIn(Box::new(self.open(user, begun, now).await?)))
    }

    /// Password, roles and the verification mail, in the transaction that made the user.
    async fn fill_account(
        &self,
        tx: &mut dyn Tx,
        new: NewUser,
        hash: &PasswordHash,
        mails: AllowedMails,
        now: Timestamp,
    ) -> Result<User, Error> {
        tx.put_password(&new.tenant, new.id, hash, now).await?;
        for role in &self.policy().default_roles {
            tx.insert_user_role(&new.tenant, new.id, role, now).await?;
        }
        if mails.verification {
            let order = MailOrder::new(MailKind::VerifyEmail, &new.tenant, &new.email);
            self.queue_mail(tx, order, now).await?;
        }
        Ok(new.into_user(self.policy().default_roles.clone()))
    }

    /// A known address: 409, or the same answer as for a new one and a notice to its owner.
    async fn refuse_known_address(
        &self,
        mut tx: Box<dyn Tx>,
        cmd: &RegisterCommand,
        new: NewUser,
        mails: AllowedMails,
        now: Timestamp,
    ) -> Result<Registered<Opened>, Error> {
        let event = self
            .event(Event::RegistrationRefused, &cmd.tenant, &cmd.client, now)?
            .with_email(&cmd.email);
        match self.policy().enumeration {
            Enumeration::Explicit => {
                self.commit(tx, event).await?;
                Err(Code::EmailTaken.into())
            }
            Enumeration::Private => {
                // As many statements as a new account takes: a look at the clock tells nothing.
                for _ in 0..=self.policy().default_roles.len() {
                    tx.find_user_id(&cmd.tenant, &cmd.email).await?;
                }
                if mails.notice {
                    let order = MailOrder::new(MailKind::AlreadyRegistered, &cmd.tenant, &cmd.email);
                    self.queue_mail(&mut *tx, order, now).await?;
                }
                self.commit(tx, event).await?;
                self.ring_mail_bell();
                Ok(Registered::VerificationRequired(Box::new(Pending {
                    user: new.into_user(self.policy().default_roles.clone()),
                    // What it would have been for a new address.
                    verification_sent: mails.verification,
                })))
            }
        }
    }

    /// Which mails may go to the address. Both are counted before anybody knows which it will be.
    async fn allowed_mails(&self, cmd: &RegisterCommand, now: Timestamp) -> Result<AllowedMails, Error> {
        let (tenant, email) = (&cmd.tenant, &cmd.email);
        Ok(AllowedMails {
            verification: self.policy().send_verification
                && self.may_mail(tenant, email, MailKind::VerifyEmail, now).await?,
            notice: self.policy().enumeration == Enumeration::Private
                && self
                    .may_mail(tenant, email, MailKind::AlreadyRegistered, now)
                    .await?,
        })
    }
}

#[derive(Clone, Copy)]
struct AllowedMails {
    verification: bool,
    notice: bool,
}
