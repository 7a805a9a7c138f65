use async_trait::async_trait;
use horizon_auth_core::domain::one_time::NewOneTimeToken;
use horizon_auth_core::ports::store::{OneTimeTokens, Result};

use super::conn::{HasConn, Sql};
use super::error::one_row;

#[async_trait]
impl<C: HasConn> OneTimeTokens for Sql<C> {
    async fn insert_one_time_token(&mut self, new: &NewOneTimeToken) -> Result<()> {
        let written = sql!(
            execute,
            self,
            "INSERT INTO one_time_tokens (digest, tenant_id, user_id, purpose, email, created_at, expires_at)
             SELECT $1, tenant_id, id, $4, $5, $6, $7 FROM users WHERE id = $3 AND tenant_id = $2",
            new.digest.bytes().as_slice(),
            new.tenant.as_str(),
            new.user.uuid(),
            new.purpose.as_str(),
            new.email.as_str(),
            new.created_at.millis(),
            new.expires_at.millis(),
        )?;
        one_row(written, "a one-time token is for a user who is not in the tenant")
    }
}
