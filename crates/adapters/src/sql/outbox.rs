use async_trait::async_trait;
use horizon_auth_core::domain::mail::NewMail;
use horizon_auth_core::ports::store::{Outbox, Result};

use super::conn::{HasConn, Sql};
use super::error::one_row;

#[async_trait]
impl<C: HasConn> Outbox for Sql<C> {
    async fn insert_mail(&mut self, mail: &NewMail) -> Result<()> {
        let written = sql!(
            execute,
            self,
            "INSERT INTO outbox (id, tenant_id, user_id, kind, created_at, expires_at, attempts, next_attempt_at)
             SELECT $1, tenant_id, id, $4, $5, $6, 0, $5 FROM users WHERE id = $3 AND tenant_id = $2",
            mail.id.uuid(),
            mail.tenant.as_str(),
            mail.user.uuid(),
            mail.kind.as_str(),
            mail.created_at.millis(),
            mail.expires_at.millis(),
        )?;
        one_row(written, "a mail is for a user who is not in the tenant")
    }
}
