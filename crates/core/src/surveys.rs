//! Looks at the whole database that are too slow for everybody who wants to know, and what the last ones found.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::domain::mail::Backlog;
use crate::domain::time::Timestamp;

/// What the surveys found.
#[derive(Debug, Default)]
pub(crate) struct Surveys {
    /// Mails that wait.
    pub(crate) backlog: Survey<Backlog>,
    /// Sessions that are open.
    pub(crate) sessions: Survey<i64>,
}

/// One kind of look. Whoever comes while somebody looks waits for what that one finds.
#[derive(Debug)]
pub(crate) struct Survey<T>(Mutex<Last<T>>);

#[derive(Debug)]
struct Last<T> {
    at: Option<Timestamp>,
    found: Option<T>,
}

impl<T> Default for Survey<T> {
    fn default() -> Self {
        Self(Mutex::new(Last {
            at: None,
            found: None,
        }))
    }
}

impl<T: Copy> Survey<T> {
    /// What the look less than `rest` ago has found, or what one finds now within `patience`; `None` if that is
    /// nothing. A look that failed rests as long as one that did not: a database in trouble is not asked more often.
    pub(crate) async fn find(
        &self,
        rest: Duration,
        patience: Duration,
        now: Timestamp,
        look: impl Future<Output = Option<T>>,
    ) -> Option<T> {
        let mut last = self.0.lock().await;
        // A clock that went back makes every look later than now.
        let rests = |at: Timestamp| at <= now && now.since(at) < rest;
        if last.at.is_some_and(rests) {
            return last.found;
        }
        // Before the look, so that a caller who gives up meanwhile does not make the next one look again.
        *last = Last {
            at: Some(now),
            found: None,
        };
        last.found = timeout(patience, look).await.ok().flatten();
        last.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const REST: Duration = Duration::from_secs(60);

    async fn find(survey: &Survey<i64>, now: Timestamp, there: Option<i64>) -> Option<i64> {
        survey.find(REST, REST, now, async { there }).await
    }

    #[tokio::test]
    async fn a_look_rests_whether_or_not_it_found_anything() {
        let survey = Survey::default();
        assert_eq!(find(&survey, NOW, None).await, None);
        assert_eq!(find(&survey, NOW, Some(1)).await, None);
        assert_eq!(find(&survey, NOW + REST, Some(2)).await, Some(2));
        assert_eq!(find(&survey, NOW + REST, Some(3)).await, Some(2));
        let back = find(&survey, NOW, Some(4)).await;
        assert_eq!(back, Some(4), "after the clock went back it looks anew");
    }

    #[tokio::test]
    async fn a_look_that_was_given_up_rests_too() {
        let survey: Survey<i64> = Survey::default();
        let endless = survey.find(REST, REST, NOW, std::future::pending());
        assert!(timeout(Duration::ZERO, endless).await.is_err());

        assert_eq!(find(&survey, NOW, Some(1)).await, None);
        assert_eq!(find(&survey, NOW + REST, Some(1)).await, Some(1));
    }
}
