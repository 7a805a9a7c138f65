use async_trait::async_trait;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::{MailId, UserId};
use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::mail::{Backlog, ClaimedMail, MailKind, NewMail};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Outbox, Result, StoreError};
use uuid::Uuid;

use super::conn::{HasConn, Sql};
use super::types::{locale, tenant};

row! {
    struct MailRow {
        id: Uuid,
        tenant_id: String,
        kind: String,
        email: String,
        email_written: String,
        user_id: Option<Uuid>,
        locale: Option<String>,
        created_at: i64,
        expires_at: i64,
        attempts: i64,
    }
}

impl TryFrom<MailRow> for ClaimedMail {
    type Error = StoreError;

    fn try_from(row: MailRow) -> Result<Self> {
        Ok(Self {
            id: MailId::from_uuid(row.id),
            tenant: tenant(&row.tenant_id)?,
            email: Email::from_stored(row.email, row.email_written),
            kind: MailKind::from_stored(&row.kind)
                .ok_or(StoreError::corrupt("a mail is of no known kind"))?,
            user: row.user_id.map(UserId::from_uuid),
            locale: row.locale.as_deref().map(locale).transpose()?,
            created_at: Timestamp::from_millis(row.created_at),
            expires_at: Timestamp::from_millis(row.expires_at),
            attempt: row.attempts,
        })
    }
}

#[async_trait]
impl<C: HasConn> Outbox for Sql<C> {
    async fn insert_mail(&mut self, mail: &NewMail) -> Result<()> {
        sql!(
            execute,
            self,
            "INSERT INTO outbox (id, tenant_id, kind, email, email_written, user_id, locale,
                                 created_at, expires_at, attempts, next_attempt_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $8)",
            mail.id.uuid(),
            mail.tenant.as_str(),
            mail.kind.as_str(),
            mail.email.canonical(),
            mail.email.written(),
            mail.user.map(UserId::uuid),
            mail.locale.as_ref().map(Locale::as_str),
            mail.created_at.millis(),
            mail.expires_at.millis(),
        )?;
        Ok(())
    }

    async fn claim_mails(
        &mut self,
        now: Timestamp,
        retry_at: Timestamp,
        batch: i64,
    ) -> Result<Vec<ClaimedMail>> {
        let rows = sql!(
            fetch_all MailRow,
            self,
            // PostgreSQL's workers step around each other's rows; SQLite has one writer at a time.
            postgres: "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $2
                        WHERE id IN (SELECT id FROM outbox
                                      WHERE next_attempt_at <= $1 AND expires_at > $1
                                        AND sent_at IS NULL AND dead_at IS NULL
                                        AND tenant_id NOT IN (SELECT id FROM tenants WHERE disabled_at IS NOT NULL)
                                      ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED)
                       RETURNING id, tenant_id, kind, email, email_written, user_id, locale,
                                 created_at, expires_at, attempts",
            sqlite: "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $2
                      WHERE id IN (SELECT id FROM outbox
                                    WHERE next_attempt_at <= $1 AND expires_at > $1
                                      AND sent_at IS NULL AND dead_at IS NULL
                                      AND tenant_id NOT IN (SELECT id FROM tenants WHERE disabled_at IS NOT NULL)
                                    ORDER BY next_attempt_at LIMIT $3)
                     RETURNING id, tenant_id, kind, email, email_written, user_id, locale,
                               created_at, expires_at, attempts",
            now.millis(),
            retry_at.millis(),
            batch,
        )?;
        rows.into_iter().map(ClaimedMail::try_from).collect()
    }

    async fn mark_mail_sent(&mut self, mail: &ClaimedMail, now: Timestamp) -> Result<bool> {
        let marked = sql!(
            execute,
            self,
            "UPDATE outbox SET sent_at = $4, last_error = NULL
              WHERE id = $1 AND tenant_id = $2 AND attempts = $3 AND sent_at IS NULL",
            mail.id.uuid(),
            mail.tenant.as_str(),
            mail.attempt,
            now.millis(),
        )?;
        Ok(marked == 1)
    }

    async fn postpone_mail(&mut self, mail: &ClaimedMail, retry_at: Timestamp, error: &str) -> Result<bool> {
        let postponed = sql!(
            execute,
            self,
            "UPDATE outbox SET next_attempt_at = $4, last_error = $5
              WHERE id = $1 AND tenant_id = $2 AND attempts = $3 AND sent_at IS NULL",
            mail.id.uuid(),
            mail.tenant.as_str(),
            mail.attempt,
            retry_at.millis(),
            error,
        )?;
        Ok(postponed == 1)
    }

    async fn bury_mail(&mut self, mail: &ClaimedMail, now: Timestamp, error: &str) -> Result<bool> {
        let buried = sql!(
            execute,
            self,
            "UPDATE outbox SET dead_at = $4, last_error = $5
              WHERE id = $1 AND tenant_id = $2 AND attempts = $3 AND sent_at IS NULL",
            mail.id.uuid(),
            mail.tenant.as_str(),
            mail.attempt,
            now.millis(),
            error,
        )?;
        Ok(buried == 1)
    }

    async fn delete_mail(&mut self, tenant: &TenantId, mail: MailId) -> Result<bool> {
        let deleted = sql!(
            execute,
            self,
            "DELETE FROM outbox WHERE id = $1 AND tenant_id = $2",
            mail.uuid(),
            tenant.as_str(),
        )?;
        Ok(deleted == 1)
    }

    async fn delete_mails_to(&mut self, tenant: &TenantId, email: &Email) -> Result<u64> {
        sql!(
            execute,
            self,
            "DELETE FROM outbox WHERE tenant_id = $1 AND email = $2",
            tenant.as_str(),
            email.canonical(),
        )
    }

    async fn delete_mails_about(
        &mut self,
        tenant: &TenantId,
        user: UserId,
        kind: Option<MailKind>,
    ) -> Result<u64> {
        sql!(
            execute,
            self,
            "DELETE FROM outbox WHERE tenant_id = $1 AND user_id = $2 AND kind = COALESCE($3, kind)",
            tenant.as_str(),
            user.uuid(),
            kind.map(MailKind::as_str),
        )
    }

    async fn find_mail_claim(&mut self, mail: &ClaimedMail) -> Result<bool> {
        let row = sql!(
            fetch_optional(Uuid,),
            self,
            "SELECT id FROM outbox
              WHERE id = $1 AND tenant_id = $2 AND attempts = $3 AND sent_at IS NULL AND dead_at IS NULL
                AND tenant_id NOT IN (SELECT id FROM tenants WHERE disabled_at IS NOT NULL)",
            mail.id.uuid(),
            mail.tenant.as_str(),
            mail.attempt,
        )?;
        Ok(row.is_some())
    }

    async fn find_mail_backlog(&mut self, now: Timestamp) -> Result<Backlog> {
        let (waiting, oldest, dead) = sql!(
            fetch_one(i64, Option<i64>, i64),
            self,
            // Two looks, because only the first one has an index.
            "SELECT waiting.mails, waiting.oldest, dead.mails
               FROM (SELECT COUNT(*) AS mails, MIN(created_at) AS oldest FROM outbox
                      WHERE sent_at IS NULL AND dead_at IS NULL AND expires_at > $1
                        AND tenant_id NOT IN (SELECT id FROM tenants WHERE disabled_at IS NOT NULL)) waiting
              CROSS JOIN (SELECT COUNT(*) AS mails FROM outbox
                           WHERE sent_at IS NULL AND dead_at IS NOT NULL AND expires_at > $1) dead",
            now.millis(),
        )?;
        Ok(Backlog {
            waiting,
            oldest: oldest.map(Timestamp::from_millis),
            dead,
        })
    }
}
