//! Proof that somebody reads the mailbox of the account (decision D16).

use crate::auth::{Auth, announce};
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::mail::MailKind;
use crate::domain::one_time::Purpose;
use crate::domain::password::{Password, PasswordHash};
use crate::domain::policy::VerificationProof;
use crate::domain::revocation::Revoked;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{OneTime, Secret};
use crate::domain::violation::Violation;
use crate::error::{Code, Error};
use crate::flows::open_link::Link;
use crate::flows::reauthenticate::Claimant;
use crate::ports::store::Tx;

/// What a verification needs.
#[derive(Clone, Debug)]
pub struct VerifyEmailCommand {
    /// The tenant of the request.
    pub tenant: TenantId,
    /// The token of the mail.
    pub token: Secret<OneTime>,
    /// The account's password; asked for with [`VerificationProof::Password`] only.
    pub password: Option<Password>,
    /// A password that replaces whatever password was there.
    pub new_password: Option<Password>,
    /// Who asks.
    pub client: Client,
}

/// What is known of the password before the transaction.
enum Proof {
    /// The link is enough.
    Link,
    /// The password of this credential version was given.
    Checked { cred_version: i64 },
    /// The password shall be replaced by this one.
    Replaced { hash: PasswordHash, notify: bool },
}

impl Auth {
    /// Marks the address as proved and ends every session that began before: whoever
    /// registered somebody else's address is out. With a new password, the old one and
    /// every other link are void too. Nobody is logged in by it.
    ///
    /// A refusal leaves the link as it was.
    ///
    /// # Errors
    /// `rate_limited`, `link_invalid`, `invalid_input` about `password` or `newPassword`,
    /// `password_incorrect`, `overloaded`, `unavailable`, `internal`.
    pub async fn verify_email(&self, cmd: VerifyEmailCommand) -> Result<(), Error> {
        let now = self.now();
        let link = self
            .open_link(Purpose::VerifyEmail, &cmd.tenant, &cmd.token, &cmd.client, now)
            .await?;
        let proof = self.weigh_proof(&cmd, &link, now).await?;
        let event = |event| self.event(event, &link.tenant, &cmd.client, now);
        let verified = event(Event::EmailVerified)?
            .with_user(link.user)
            .with_email(&link.email);
        let reset = event(Event::PasswordReset)?.with_user(link.user);
        let mut tx = self.store().begin().await?;
        let min_epoch = proof.lock(&mut *tx, &link, now).await?;
        let login = link.consume(&mut *tx, now).await?;
        tx.mark_email_verified(&link.tenant, link.user, now).await?;
        tx.revoke_one_time_tokens(&link.tenant, link.user, Some(Purpose::VerifyEmail), now)
            .await?;
        let mut replaced = None;
        match &proof {
            Proof::Link => {}
            Proof::Checked { cred_version } if *cred_version == login.cred_version => {}
            // Changed since it was checked.
            Proof::Checked { .. } => return Err(Code::PasswordIncorrect.into()),
            Proof::Replaced { hash, notify } => {
                self.replace_password(&mut *tx, &link, hash, *notify, now).await?;
                tx.insert_audit_event(&reset).await?;
                replaced = Some(reset);
            }
        }
        tx.revoke_user_sessions(&link.tenant, link.user, EndReason::Verification, now)
            .await?;
        let what = Revoked::User {
            user: link.user,
            min_epoch,
        };
        let revocation = self.revocation(&link.tenant, what, now);
        self.commit_revoking(tx, vec![revocation], verified).await?;
        if let Some(reset) = replaced {
            announce(&reset);
            self.ring_mail_bell();
        }
        Ok(())
    }

    /// What comes with the link, checked or hashed as far as that is possible without a transaction.
    async fn weigh_proof(
        &self,
        cmd: &VerifyEmailCommand,
        link: &Link,
        now: Timestamp,
    ) -> Result<Proof, Error> {
        if let Some(new) = &cmd.new_password {
            let hash = self.hash_replacement(new, link).await?;
            let notify = self
                .may_mail(&link.tenant, &link.email, MailKind::PasswordChanged, now)
                .await?;
            return Ok(Proof::Replaced { hash, notify });
        }
        match (self.policy().verification_proof, &cmd.password) {
            (VerificationProof::Link, _) => Ok(Proof::Link),
            (VerificationProof::Password, None) => {
                let rule = "is required, or newPassword to set another one";
                Err(Violation::new("password", rule).into())
            }
            (VerificationProof::Password, Some(password)) => {
                let claimant = Claimant {
                    tenant: &link.tenant,
                    user: link.user,
                    session: None,
                };
                let checked = self.check_password(claimant, password, &cmd.client, now).await?;
                let login = checked.ok_or(Code::LinkInvalid)?;
                Ok(Proof::Checked {
                    cred_version: login.cred_version,
                })
            }
        }
    }
}

impl Proof {
    /// Locks the user's row and makes access tokens old, and with a new password all credentials.
    async fn lock(&self, tx: &mut dyn Tx, link: &Link, now: Timestamp) -> Result<i64, Error> {
        let (tenant, user) = (&link.tenant, link.user);
        let advanced = match self {
            Self::Replaced { .. } => tx.advance_credentials(tenant, user, now).await?,
            Self::Link | Self::Checked { .. } => tx.advance_token_epoch(tenant, user, now).await?,
        };
        advanced.ok_or(Code::LinkInvalid.into())
    }
}
