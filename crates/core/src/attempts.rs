//! Attempts that are counted: the step of every flow that has a limit.

use crate::auth::Auth;
use crate::domain::limits::{Counted, Rate, Rule};
use crate::domain::time::Timestamp;
use crate::error::Error;

impl Auth {
    /// Counts an attempt and refuses it if there were too many.
    pub(crate) async fn limit(&self, rule: Rule, counted: Counted<'_>, now: Timestamp) -> Result<(), Error> {
        match self.policy().limits.rate(rule) {
            Some(rate) => self.limit_to(rate, rule, counted, now).await,
            None => Ok(()),
        }
    }

    /// The same at a rate that no setting says.
    pub(crate) async fn limit_to(
        &self,
        rate: Rate,
        rule: Rule,
        counted: Counted<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let wait = self.limiter().hit(rule, counted, rate, now).await?;
        let Some(retry_after) = wait else {
            return Ok(());
        };
        self.counts().limited(rule);
        Err(Error::RateLimited { retry_after })
    }

    /// Forgets the attempts of somebody who has proved to be the owner.
    pub(crate) async fn forgive(&self, rule: Rule, counted: Counted<'_>) -> Result<(), Error> {
        Ok(self.limiter().forgive(rule, counted).await?)
    }
}
