//! Sending what waits in the outbox (decision D17).

use std::time::Duration;

use tracing::Instrument as _;

use crate::auth::Auth;
use crate::counts::MailFate;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::locale::Locale;
use crate::domain::mail::{ClaimedMail, MailContext, MailKind, OutgoingMail};
use crate::domain::one_time::Purpose;
use crate::domain::time::Timestamp;
use crate::domain::token::{OneTime, Secret};
use crate::domain::user::{DisableReason, User};
use crate::error::Error;
use crate::flows::mint_link::NewLink;
use crate::ports::mailer::MailError;

/// Mails claimed at once. Their attempts run side by side.
const BATCH: i64 = 10;
/// Attempts before a mail is given up.
const ATTEMPTS: i64 = 12;

/// What one round of sending did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Handed over.
    pub sent: usize,
    /// Put back for later.
    pub postponed: usize,
    /// Given up.
    pub dead: usize,
    /// Pointless by now, and dropped.
    pub dropped: usize,
}

impl Delivered {
    /// How many mails the round took from the outbox.
    #[must_use]
    pub const fn total(self) -> usize {
        self.sent + self.postponed + self.dead + self.dropped
    }

    fn add(&mut self, fate: MailFate) {
        match fate {
            MailFate::Sent => self.sent += 1,
            MailFate::Postponed => self.postponed += 1,
            MailFate::GivenUp => self.dead += 1,
            MailFate::Dropped => self.dropped += 1,
        }
    }
}

impl Auth {
    /// Sends the mails that are due, one batch of them. Call it again while it finds any.
    ///
    /// Every mail goes out at least once: if this process dies between handing a mail over and
    /// noting it, the mail is sent again, with the same `Message-ID` and a fresh link.
    ///
    /// # Errors
    /// `unavailable`; claimed mails are tried again when their lease is over.
    pub async fn deliver_mail(&self) -> Result<Delivered, Error> {
        let now = self.now();
        let mut delivered = Delivered::default();
        if self.mailer().is_mute() {
            return Ok(delivered);
        }
        let mut tx = self.store().begin().await?;
        let claimed = tx.claim_mails(now, now + self.policy().mail.lease, BATCH).await?;
        tx.commit().await?;
        let mut attempts = tokio::task::JoinSet::new();
        for mail in claimed {
            let auth = self.clone();
            let span = tracing::trace_span!(target: "horizon_auth::trace", "mail", kind = mail.kind.as_str());
            attempts.spawn(async move { auth.deliver(mail).await }.instrument(span));
        }
        let mut failure = None;
        while let Some(fate) = attempts.join_next().await {
            match fate {
                Ok(Ok(fate)) => {
                    self.counts().mail(fate);
                    delivered.add(fate);
                }
                Ok(Err(error)) => failure = Some(error),
                Err(_) => failure = Some(Error::Internal("sending a mail panicked")),
            }
        }
        failure.map_or(Ok(delivered), Err)
    }

    async fn deliver(&self, mail: ClaimedMail) -> Result<MailFate, Error> {
        let now = self.now();
        let addressee = self.addressee(&mail).await?;
        let Some(addressee) = self.unless_too_many(&mail, addressee, now).await? else {
            let mut tx = self.store().begin().await?;
            tx.delete_mail(&mail.tenant, mail.id).await?;
            tx.commit().await?;
            return Ok(MailFate::Dropped);
        };
        let outcome = match self.write_mail(&mail, &addressee, now).await {
            Ok(outgoing) => self.send_in_time(&outgoing).await,
            Err(Written::Failed(error)) => return Err(error),
            Err(Written::Withdrawn) => return Ok(MailFate::Dropped),
            Err(Written::Unwritable(error)) => Err(error),
        };
        // The time of the answer: an attempt may have taken long.
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let fate = match outcome {
            Ok(()) => {
                tx.mark_mail_sent(&mail, now).await?;
                MailFate::Sent
            }
            Err(MailError::Temporary(reason)) if mail.attempt < ATTEMPTS => {
                tracing::warn!(mail.id = %mail.id, kind = mail.kind.as_str(), attempt = mail.attempt, reason, "a mail was not sent yet");
                let retry_at = now + back_off(mail.attempt, self.random::<1>()?[0]);
                tx.postpone_mail(&mail, retry_at, &reason).await?;
                MailFate::Postponed
            }
            Err(MailError::Temporary(reason) | MailError::Permanent(reason)) => {
                tracing::error!(mail.id = %mail.id, kind = mail.kind.as_str(), attempt = mail.attempt, reason, "a mail is given up");
                // The event of a user who was deleted meanwhile names nobody.
                let user = match addressee.user {
                    Some(user) if tx.lock_user(&mail.tenant, user).await? => Some(user),
                    _ => None,
                };
                tx.bury_mail(&mail, now, &reason).await?;
                let client = Client::local(self.fresh_request_id()?);
                let mut event = self
                    .event(Event::MailFailed, &mail.tenant, &client, now)?
                    .with_email(&mail.email);
                event.user = user;
                self.commit(tx, event).await?;
                return Ok(MailFate::GivenUp);
            }
        };
        tx.commit().await?;
        Ok(fate)
    }

    /// Counts a notice at its first attempt; see [`MailKind::tells_of_a_change`]. Other mails were counted
    /// when they were asked for.
    async fn unless_too_many(
        &self,
        mail: &ClaimedMail,
        addressee: Option<Addressee>,
        now: Timestamp,
    ) -> Result<Option<Addressee>, Error> {
        let counts = addressee.is_some() && mail.kind.tells_of_a_change() && mail.attempt == 1;
        if counts && !self.may_mail(&mail.tenant, &mail.email, mail.kind, now).await? {
            return Ok(None);
        }
        Ok(addressee)
    }

    /// The attempt ends before the lease does, or two workers could send at once.
    async fn send_in_time(&self, outgoing: &OutgoingMail) -> Result<(), MailError> {
        let _span = tracing::trace_span!(target: "horizon_auth::trace", "mail send", otel.kind = "client");
        let limit = self.policy().mail.lease / 2;
        tokio::time::timeout(limit, self.mailer().send(outgoing))
            .await
            .unwrap_or_else(|_| Err(MailError::Temporary("no answer in time".to_owned())))
    }

    /// Whom the mail is about; `None` if there is no point in sending it any more.
    async fn addressee(&self, mail: &ClaimedMail) -> Result<Option<Addressee>, Error> {
        let mut db = self.store().db().await?;
        let user = match mail.user {
            Some(user) => db.find_user(&mail.tenant, user).await?,
            None => db.find_user_by_email(&mail.tenant, &mail.email).await?,
        };
        let Some(user) = user else {
            // Notices to a former address, or of a former account, are about nobody who is still there.
            let notice = matches!(mail.kind, MailKind::AccountDeleted | MailKind::EmailChanged);
            return Ok(notice.then(|| Addressee::nobody(mail)));
        };
        let by_operator = user.disabled_by == Some(DisableReason::Operator);
        let pointless = match mail.kind {
            MailKind::VerifyEmail => user.email_verified_at.is_some() || user.disabled_at.is_some(),
            MailKind::ResetPassword => by_operator,
            // Somebody else's address stays theirs, and they hear nothing of it.
            MailKind::ConfirmEmailChange => {
                user.disabled_at.is_some() || db.find_user_id(&mail.tenant, &mail.email).await?.is_some()
            }
            MailKind::AlreadyRegistered
            | MailKind::PasswordChanged
            | MailKind::EmailChangeRequested
            | MailKind::EmailChanged
            | MailKind::AccountDeleted => false,
        };
        Ok((!pointless).then(|| Addressee::new(mail, user)))
    }

    /// The finished mail; a fresh token is stored first where it carries one.
    async fn write_mail(
        &self,
        mail: &ClaimedMail,
        addressee: &Addressee,
        now: Timestamp,
    ) -> Result<OutgoingMail, Written> {
        let policy = &self.policy().mail;
        let public_url = self.policy().public_url_of(&mail.tenant);
        let token = match (purpose(mail.kind), addressee.user) {
            (Some(purpose), Some(user)) => {
                let minted = self.mint(mail, user, purpose, now).await;
                Some(minted.map_err(Written::Failed)?.ok_or(Written::Withdrawn)?)
            }
            _ => None,
        };
        let link = token
            .as_ref()
            .zip(mail.kind.page())
            .map(|(token, page)| format!("{public_url}{page}?token={}", token.reveal()));
        let locale = addressee.locale.clone().unwrap_or_else(|| policy.locale.clone());
        let context = MailContext {
            kind: mail.kind,
            locale: locale.clone(),
            product: policy.product.clone(),
            full_name: addressee.full_name.clone(),
            email: mail.email.written().to_owned(),
            new_email: addressee.new_email.clone(),
            link: link.clone(),
            valid_minutes: token.as_ref().map(|_| self.mail_ttl(mail.kind).as_secs() / 60),
            public_url: public_url.into_owned(),
        };
        let words = self.templates().render(&context).map_err(Written::Unwritable)?;
        Ok(OutgoingMail {
            id: mail.id,
            message_id: format!("{}@{}", mail.id, host(&policy.public_url)),
            kind: mail.kind,
            tenant: mail.tenant.clone(),
            user: addressee.user,
            to: mail.email.clone(),
            locale,
            words,
            link,
            token,
        })
    }

    /// Stores a fresh token; `None` if the mail was withdrawn since it was claimed. Whoever withdraws
    /// it holds the user's row, so that no link appears behind that person's back.
    async fn mint(
        &self,
        mail: &ClaimedMail,
        user: UserId,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Option<Secret<OneTime>>, Error> {
        let mut tx = self.store().begin().await?;
        if !tx.lock_user(&mail.tenant, user).await? || !tx.find_mail_claim(mail).await? {
            return Ok(None);
        }
        let link = NewLink {
            tenant: &mail.tenant,
            user,
            purpose,
            kind: mail.kind,
            email: &mail.email,
        };
        let secret = self.mint_link(&mut *tx, link, now).await?;
        tx.commit().await?;
        Ok(Some(secret))
    }
}

/// Why a mail was not written: the database is away, nobody wants it any more, or the words cannot be made.
enum Written {
    Failed(Error),
    Withdrawn,
    Unwritable(MailError),
}

struct Addressee {
    user: Option<UserId>,
    full_name: Option<String>,
    locale: Option<Locale>,
    /// The account's present address, masked, where the mail goes to another one.
    new_email: Option<String>,
}

impl Addressee {
    fn new(mail: &ClaimedMail, user: User) -> Self {
        let moved = user.email.canonical() != mail.email.canonical();
        let new_email = (moved && mail.kind == MailKind::EmailChanged).then(|| user.email.masked());
        Self {
            user: Some(user.id),
            full_name: user.full_name,
            locale: mail.locale.clone().or(user.locale),
            new_email,
        }
    }

    fn nobody(mail: &ClaimedMail) -> Self {
        Self {
            user: None,
            full_name: None,
            locale: mail.locale.clone(),
            new_email: None,
        }
    }
}

const fn purpose(kind: MailKind) -> Option<Purpose> {
    match kind {
        MailKind::VerifyEmail => Some(Purpose::VerifyEmail),
        MailKind::ResetPassword => Some(Purpose::ResetPassword),
        MailKind::ConfirmEmailChange => Some(Purpose::ChangeEmail),
        MailKind::AlreadyRegistered
        | MailKind::PasswordChanged
        | MailKind::EmailChangeRequested
        | MailKind::EmailChanged
        | MailKind::AccountDeleted => None,
    }
}

/// The host of an origin, for the right part of a `Message-ID`.
fn host(origin: &str) -> &str {
    let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    rest.rsplit_once(':').map_or(rest, |(host, _)| host)
}

/// 10 s, 20 s, 40 s … at most an hour, and up to half as much again, so that mails do not return in step.
fn back_off(attempt: i64, chance: u8) -> Duration {
    const LONGEST: u64 = 3600;
    let doublings = u32::try_from(attempt.clamp(1, 16) - 1).unwrap_or(0);
    let seconds = (10u64 << doublings).min(LONGEST);
    Duration::from_secs(seconds) + Duration::from_millis(seconds * 500 * u64::from(chance) / 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_with_some_chance_in_them() {
        let least: Vec<u64> = (1..=12).map(|attempt| back_off(attempt, 0).as_secs()).collect();
        assert_eq!(
            least,
            [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
        );
        assert_eq!(back_off(1, 255), Duration::from_secs(15));
        assert_eq!(back_off(i64::MAX, 255), Duration::from_secs(5400));
    }

    #[test]
    fn the_host_of_an_origin_has_no_scheme_and_no_port() {
        assert_eq!(host("https://auth.example.com"), "auth.example.com");
        assert_eq!(host("http://localhost:3000"), "localhost");
    }
}
