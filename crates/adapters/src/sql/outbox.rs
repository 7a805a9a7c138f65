use async_trait::async_trait;
use horizon_auth_core::domain::mail::NewMail;
use horizon_auth_core::ports::store::{Outbox, Result};

use super::conn::{HasConn, Sql};

#[async_trait]
impl<C: HasConn> Outbox for Sql<C> {
    async fn insert_mail(&mut self, mail: &NewMail) -> Result<()> {
        sql!(
            execute,
            self,
            "INSERT INTO outbox (id, tenant_id, user_id, kind, created_at, expires_at, attempts, next_attempt_at)
             VALUES ($1, $2, $3, $4, $5, $6, 0, $5)",
            mail.id.uuid(),
            mail.tenant.as_str(),
            mail.user.uuid(),
            mail.kind.as_str(),
            mail.created_at.millis(),
            mail.expires_at.millis(),
        )?;
        Ok(())
    }
}
