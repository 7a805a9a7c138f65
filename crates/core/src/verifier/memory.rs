//! Answers of the server that are remembered for a moment, where somebody chose that.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::sync::Cache;

use crate::domain::introspection::Introspection;
use crate::domain::time::Timestamp;
use crate::ports::cache::CacheError;
use crate::ports::clock::Clock;
use crate::ports::remote::Introspector;

const ENTRIES: usize = 10_000;

/// Asks once and then believes the answer for a while: a log-out is noticed that much later.
///
/// Only credentials that are good are remembered, by the SHA-256 of their exact bytes.
pub struct RememberingIntrospector {
    asked: Arc<dyn Introspector>,
    life: Duration,
    clock: Arc<dyn Clock>,
    answers: Cache<[u8; 32], (Introspection, Timestamp)>,
}

impl RememberingIntrospector {
    /// Remembers what `asked` answers for `life`.
    #[must_use]
    pub fn new(asked: Arc<dyn Introspector>, life: Duration, clock: Arc<dyn Clock>) -> Self {
        Self {
            asked,
            life,
            clock,
            answers: Cache::new(ENTRIES),
        }
    }
}

impl fmt::Debug for RememberingIntrospector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RememberingIntrospector")
            .field("asked", &self.asked)
            .field("life", &self.life)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Introspector for RememberingIntrospector {
    async fn ask_about(&self, credential: &str) -> Result<Option<Introspection>, CacheError> {
        let now = self.clock.now();
        let mut id = [0; 32];
        id.copy_from_slice(digest(&SHA256, credential.as_bytes()).as_ref());
        if let Some((answer, at)) = self.answers.get(&id)
            && at <= now
            && now < at + self.life
            && answer.exp > now.seconds()
        {
            return Ok(Some(answer));
        }
        let answer = self.asked.ask_about(credential).await?;
        match &answer {
            // The age counts from before the question.
            Some(good) => self.answers.insert(id, (good.clone(), now)),
            None => drop(self.answers.remove(&id)),
        }
        Ok(answer)
    }
}
