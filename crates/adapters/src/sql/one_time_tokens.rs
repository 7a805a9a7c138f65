use async_trait::async_trait;
use horizon_auth_core::domain::one_time::NewOneTimeToken;
use horizon_auth_core::ports::store::{OneTimeTokens, Result};

use super::conn::{HasConn, Sql};

#[async_trait]
impl<C: HasConn> OneTimeTokens for Sql<C> {
    async fn insert_one_time_token(&mut self, new: &NewOneTimeToken) -> Result<()> {
        sql!(
            execute,
            self,
            "INSERT INTO one_time_tokens (digest, tenant_id, user_id, purpose, email, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            new.digest.bytes().as_slice(),
            new.tenant.as_str(),
            new.user.uuid(),
            new.purpose.as_str(),
            new.email.as_str(),
            new.created_at.millis(),
            new.expires_at.millis(),
        )?;
        Ok(())
    }
}
