//! A limit that an application puts on routes of its own, counted where the engine's are.

use crate::auth::Auth;
use crate::domain::limits::{Counted, Rate, Rule};
use crate::error::Error;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub struct CountHitCommand<'a> {
    /// The application's name for its rule.
    pub rule: &'a str,
    /// Whose hits are counted together; kept as a digest only.
    pub key: &'a str,
    /// How many, and how fast.
    pub rate: Rate,
}

impl Auth {
    /// Counts a hit of a rule of the application; no such rule can touch one of the engine's.
    ///
    /// # Errors
    /// `rate_limited` if there were too many, `unavailable`.
    pub async fn count_hit(&self, cmd: CountHitCommand<'_>) -> Result<(), Error> {
        let now = self.now();
        let counted = Counted::Application(cmd.rule, cmd.key);
        self.limit_to(cmd.rate, Rule::Application, counted, now).await
    }
}
