//! Proof that somebody reads the mailbox of the account (decision D16).

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
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
use crate::flows::replace_password::NewPassword;
use crate::ports::store::Tx;

/// What a verification needs.
#[derive(Clone, Debug)]
pub struct VerifyEmailCommand {
    /// The tenant that the request names, if it names one: the link must be of it.
    pub tenant: Option<TenantId>,
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
    Replaced(PasswordHash),
}

impl Auth {
    /// Marks the address as proved and ends every session that began before: whoever
    /// registered somebody else's address is out. Every other link is void, and with a new
    /// password the old one too. Nobody is logged in by it.
    ///
    /// A refusal leaves the link as it was.
    ///
    /// # Errors
    /// `rate_limited`, `link_invalid`, `invalid_input` about `password` or `newPassword`,
    /// `password_incorrect`, `overloaded`, `unavailable`, `internal`.
    pub async fn verify_email(&self, cmd: VerifyEmailCommand) -> Result<(), Error> {
        let now = self.now();
        let link = self
            .open_link(
                Purpose::VerifyEmail,
                cmd.tenant.as_ref(),
                &cmd.token,
                &cmd.client,
                now,
            )
            .await?;
        let proof = self.weigh_proof(&cmd, &link, now).await?;
        let event = |event| self.event(event, &link.tenant, &cmd.client, now);
        let verified = event(Event::EmailVerified)?
            .with_user(link.user)
            .with_email(&link.email);
        let reset = event(Event::PasswordReset)?.with_user(link.user);
        let mut tx = self.store().begin().await?;
        let login = link.consume(&mut *tx, now).await?;
        tx.mark_email_verified(&link.tenant, link.user, now).await?;
        let (revoked, reset) = match &proof {
            Proof::Replaced(hash) => {
                let new = NewPassword {
                    tenant: &link.tenant,
                    user: link.user,
                    hash,
                    reason: EndReason::Verification,
                };
                let replaced = self.replace_password(&mut *tx, new, now).await?;
                tx.insert_audit_event(&reset).await?;
                (replaced.ok_or(Code::LinkInvalid)?.revoked, Some(reset))
            }
            // Changed since it was checked.
            Proof::Checked { cred_version } if *cred_version != login.cred_version => {
                return Err(Code::PasswordIncorrect.into());
            }
            Proof::Link | Proof::Checked { .. } => (self.end_pending(&mut *tx, &link, now).await?, None),
        };
        let revocation = self.revocation(&link.tenant, revoked, now);
        self.commit_revoking(tx, vec![revocation], verified).await?;
        if let Some(reset) = reset {
            self.announce(&reset);
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
            let hash = self.hash_new_password(new, &link.email).await?;
            return Ok(Proof::Replaced(hash));
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

    /// Ends what began before the proof: sessions, access tokens and links. A change of address that
    /// somebody else began would otherwise still take the account away.
    async fn end_pending(&self, tx: &mut dyn Tx, link: &Link, now: Timestamp) -> Result<Revoked, Error> {
        let (tenant, user) = (&link.tenant, link.user);
        let advanced = tx.advance_token_epoch(tenant, user, now).await?;
        self.withdraw_links(tx, tenant, user, now).await?;
        tx.revoke_user_sessions(tenant, user, EndReason::Verification, now)
            .await?;
        let min_epoch = advanced.ok_or(Code::LinkInvalid)?;
        Ok(Revoked::User { user, min_epoch })
    }
}
