//! Logging in with a password.

use crate::auth::Auth;
use crate::domain::audit::{AuditRow, Event};
use crate::domain::client::Client;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::limits::{Counted, Rule};
use crate::domain::password::{Password, PasswordHash};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::user::{DisableReason, Login};
use crate::error::{Code, Error};
use crate::flows::begin_session::{Beginner, LoggedIn, Means, Opened, SessionOpened};
use crate::ports::store::Tx;

/// What a log-in needs.
#[derive(Clone, Debug)]
pub struct LoginCommand {
    /// The tenant of the request.
    pub tenant: TenantId,
    /// The address.
    pub email: Email,
    /// The password offered.
    pub password: Password,
    /// Who asks.
    pub client: Client,
}

impl Auth {
    /// Checks a password and begins a session.
    ///
    /// Unknown addresses, wrong passwords and disabled accounts are one answer
    /// that takes one time: each of them hashes once.
    ///
    /// # Errors
    /// `rate_limited`, `invalid_credentials`, `email_not_verified`, `overloaded`, `unavailable`, `internal`.
    pub async fn login(&self, cmd: LoginCommand) -> Result<LoggedIn, Error> {
        self.enter(cmd, Means::Tokens, |disabled| disabled.is_none())
            .await?
            .tokens()
    }

    /// The same with a cookie in place of tokens. Its secret is always a new one, whatever cookie the
    /// caller came with; end that one's session with [`Auth::end_cookie_session`].
    ///
    /// # Errors
    /// As [`Auth::login`].
    pub async fn login_with_cookie(&self, cmd: LoginCommand) -> Result<SessionOpened, Error> {
        self.enter(cmd, Means::Cookie, |disabled| disabled.is_none())
            .await?
            .cookie()
    }

    /// The same for accounts that `admits` lets in; one that its owner switched off is switched on by it.
    pub(super) async fn enter(
        &self,
        cmd: LoginCommand,
        means: Means,
        admits: fn(Option<DisableReason>) -> bool,
    ) -> Result<Opened, Error> {
        let now = self.now();
        self.limit_login(&cmd, now).await?;
        // In a storm most log-ins end here: a refusal must not cost a query.
        self.hasher().expect_room()?;
        // The connection is given back before the hash begins.
        let found = self
            .store()
            .db()
            .await?
            .find_login(&cmd.tenant, &cmd.email)
            .await?;
        let stored = found.as_ref().and_then(|login| login.password.as_ref());
        let verified = self.hasher().verify(&cmd.password, stored).await?;
        let Some(login) = found.filter(|login| verified.matches && admits(login.disabled)) else {
            return self.refuse_login(&cmd, None, Code::InvalidCredentials, now).await;
        };
        if self.policy().verification_required() && !login.email_verified {
            return self
                .refuse_login(&cmd, Some(login.user), Code::EmailNotVerified, now)
                .await;
        }
        let opened = self.admit(&cmd, &login, means, now).await?;
        self.forgive(Rule::LoginAccount, Counted::Account(&cmd.tenant, &cmd.email))
            .await?;
        if verified.needs_rehash
            && let Some(old) = login.password
        {
            self.rehash_later(cmd.tenant, login.user, cmd.password, old);
        }
        Ok(opened)
    }

    /// By network, then by account. Both count before anything is hashed, so
    /// that a burst of parallel guesses is as limited as a slow row of them.
    async fn limit_login(&self, cmd: &LoginCommand, now: Timestamp) -> Result<(), Error> {
        self.limit(
            Rule::Login,
            Counted::Network(&cmd.tenant, cmd.client.network()),
            now,
        )
        .await?;
        let counted = Counted::Account(&cmd.tenant, &cmd.email);
        let outcome = self.limit(Rule::LoginAccount, counted, now).await;
        if let Err(Error::RateLimited { .. }) = outcome {
            let event = self
                .event(Event::AccountLocked, &cmd.tenant, &cmd.client, now)?
                .with_email(&cmd.email);
            self.record(event).await?;
        }
        outcome
    }

    /// Stores the session, if the credentials are still the ones that were checked.
    async fn admit(
        &self,
        cmd: &LoginCommand,
        login: &Login,
        means: Means,
        now: Timestamp,
    ) -> Result<Opened, Error> {
        let mut tx = self.store().begin().await?;
        let reactivated = self.switch_on(&mut *tx, cmd, login, now).await?;
        let who = Beginner {
            tenant: &cmd.tenant,
            user: login.user,
            cred_version: login.cred_version,
            client: &cmd.client,
            means,
        };
        let Some(mut begun) = self.begin_session(&mut *tx, who, now).await? else {
            drop(tx);
            return self
                .refuse_login(cmd, Some(login.user), Code::InvalidCredentials, now)
                .await;
        };
        // Read under the session's lock on the user: roles and epoch are the ones in force.
        let Some(user) = tx.find_user(&cmd.tenant, login.user).await? else {
            return Err(Error::Internal("a user vanished under its lock"));
        };
        let event = self
            .event(Event::LoginSucceeded, &cmd.tenant, &cmd.client, now)?
            .with_email(&cmd.email);
        let event = event.with_user(user.id).with_session(begun.session);
        self.commit_begun(tx, &mut begun, event).await?;
        if let Some(event) = reactivated {
            self.announce(&event);
        }
        self.open(user, begun, now).await
    }

    /// Switches an account on that its owner had switched off; the event, if it was.
    async fn switch_on(
        &self,
        tx: &mut dyn Tx,
        cmd: &LoginCommand,
        login: &Login,
        now: Timestamp,
    ) -> Result<Option<AuditRow>, Error> {
        let owner = Some(DisableReason::Owner);
        // An operator may have been here since the look-up: then nothing is switched on, and no session begins.
        if login.disabled != owner || !tx.enable_user(&cmd.tenant, login.user, owner, now).await? {
            return Ok(None);
        }
        let event = self
            .event(Event::AccountReactivated, &cmd.tenant, &cmd.client, now)?
            .with_user(login.user)
            .with_email(&cmd.email);
        tx.insert_audit_event(&event).await?;
        Ok(Some(event))
    }

    async fn refuse_login<T>(
        &self,
        cmd: &LoginCommand,
        user: Option<UserId>,
        code: Code,
        now: Timestamp,
    ) -> Result<T, Error> {
        let mut event = self
            .event(Event::LoginFailed, &cmd.tenant, &cmd.client, now)?
            .with_email(&cmd.email);
        event.user = user;
        self.record_about_user(event).await?;
        Err(code.into())
    }

    /// Replaces an old hash after the answer. Losing it costs nothing: the next log-in tries again.
    fn rehash_later(&self, tenant: TenantId, user: UserId, password: Password, old: PasswordHash) {
        let auth = self.clone();
        tokio::spawn(async move {
            if let Err(error) = auth.rehash(&tenant, user, &password, &old).await {
                tracing::warn!(user.id = %user, code = error.code().wire(), "a password was not rehashed");
            }
        });
    }

    /// Whether the stored hash was the old one, and is a new one now.
    pub(super) async fn rehash(
        &self,
        tenant: &TenantId,
        user: UserId,
        password: &Password,
        old: &PasswordHash,
    ) -> Result<bool, Error> {
        let new = self.hasher().hash(password).await?;
        let mut tx = self.store().begin().await?;
        let replaced = tx.rehash_password(tenant, user, old, &new, self.now()).await?;
        if replaced {
            tx.commit().await?;
        }
        Ok(replaced)
    }
}
