//! The end of the trail, and what is added to it.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::auth::Auth;
use crate::domain::audit_search::{AuditFilter, AuditRecord, AuditSpan};
use crate::domain::ids::EventId;
use crate::domain::policy::Policy;
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::flows::AuditOrder;

/// Most events of one look.
const PAGE: usize = 500;
/// How far each look reaches back. An event gets its id before its transaction is committed: one that is
/// older than the last one seen may turn up later.
const NEAR: Duration = Duration::from_secs(5);
/// How far some looks reach back: nothing turns up later than this. Clocks of nodes differ by so much, and no
/// transaction lasts longer than the rest.
const FAR: Duration = Duration::from_secs(Policy::CLOCK_SKEW.as_secs() + 60);
/// Every so many looks reach far.
const ROUNDS: u32 = 15;

/// Somebody who follows the trail: what was told already, as far as it could turn up again.
#[derive(Debug)]
pub struct AuditTail {
    filter: AuditFilter,
    told: BTreeSet<EventId>,
    newest: Timestamp,
    rounds: u32,
    rest: Option<AuditSpan>,
}

impl AuditTail {
    /// Whether the last look did not reach the end: look again at once.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.rest.is_some()
    }

    /// The events that were not told before; from now on they were.
    fn tell(&mut self, events: Vec<AuditRecord>, now: Timestamp) -> Vec<AuditRecord> {
        let mut fresh = events;
        fresh.retain(|event| self.told.insert(event.id));
        let newest = fresh.iter().map(|event| event.at).max();
        self.newest = self.newest.max(newest.unwrap_or(self.newest));
        self.told = self.told.split_off(&EventId::first_at(self.horizon(now) - FAR));
        fresh
    }

    /// Where to look back from: no clock that runs ahead, here or elsewhere, hides what others write.
    fn horizon(&self, now: Timestamp) -> Timestamp {
        self.newest.min(now)
    }
}

impl Auth {
    /// The last `lines` events, oldest first, and whoever wants to follow what comes after them.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn tail_audit(
        &self,
        filter: AuditFilter,
        lines: usize,
    ) -> Result<(Vec<AuditRecord>, AuditTail), Error> {
        let now = self.now();
        let mut tail = AuditTail {
            filter,
            told: BTreeSet::new(),
            newest: Timestamp::from_millis(0),
            rounds: 0,
            rest: None,
        };
        let (mut last, mut span) = (Vec::new(), AuditSpan::of(None, None));
        // What is too old to be shown counts as told, as far back as a later look reaches.
        loop {
            let page = self
                .search_audit(&tail.filter, span, AuditOrder::NewestFirst, PAGE.max(lines))
                .await?;
            let oldest = page.events.last().map(|event| event.at);
            let fresh = tail.tell(page.events, now);
            last.extend(fresh.into_iter().take(lines.saturating_sub(last.len())));
            let is_far = oldest.is_none_or(|at| at < tail.horizon(now) - FAR);
            match page.rest {
                Some(rest) if last.len() < lines || !is_far => span = rest,
                Some(_) | None => break,
            }
        }
        if tail.newest == Timestamp::from_millis(0) {
            tail.newest = now;
        }
        last.reverse();
        Ok((last, tail))
    }

    /// What was added since the last look, each event once. Those that took long to be committed come late.
    ///
    /// # Errors
    /// `unavailable`; the next look misses nothing.
    pub async fn follow_audit(&self, tail: &mut AuditTail) -> Result<Vec<AuditRecord>, Error> {
        let now = self.now();
        let span = if let Some(rest) = tail.rest {
            rest
        } else {
            tail.rounds = (tail.rounds + 1) % ROUNDS;
            let reach = if tail.rounds == 0 { FAR } else { NEAR };
            AuditSpan::of(Some(tail.horizon(now) - reach), None)
        };
        let page = self
            .search_audit(&tail.filter, span, AuditOrder::OldestFirst, PAGE)
            .await?;
        tail.rest = page.rest;
        Ok(tail.tell(page.events, now))
    }
}
