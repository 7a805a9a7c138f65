//! Looking for events in the trail.

use crate::auth::Auth;
use crate::domain::audit_search::{AuditFilter, AuditRecord, AuditSpan, NetworkAddress};
use crate::domain::ids::EventId;
use crate::error::Error;

/// In which order events are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditOrder {
    /// From now back.
    NewestFirst,
    /// As they happened.
    OldestFirst,
}

/// Some of the events that are wanted.
#[derive(Clone, Debug, Default)]
pub struct AuditPage {
    /// In the order that was asked for.
    pub events: Vec<AuditRecord>,
    /// The rest of the span, if it was not read to its end.
    pub rest: Option<AuditSpan>,
}

/// Rows that one statement looks at: at first few, because mostly the first ones are wanted.
const NARROWEST: i64 = 200;
/// And at most, so that each statement is done long before its time is up, however large the trail and rare the event.
const WIDEST: i64 = 20_000;

impl Auth {
    /// At most `limit` events of the span, and where to go on. Reads only.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn search_audit(
        &self,
        filter: &AuditFilter,
        span: AuditSpan,
        order: AuditOrder,
        limit: usize,
    ) -> Result<AuditPage, Error> {
        let mut db = self.store().db().await?;
        let (mut page, mut rest, mut window) = (AuditPage::default(), span, NARROWEST);
        let beyond = |rest: AuditSpan, event: EventId| match order {
            AuditOrder::NewestFirst => rest.before(event),
            AuditOrder::OldestFirst => rest.after(event),
        };
        while page.events.len() < limit {
            let looked = match order {
                AuditOrder::NewestFirst => db.list_newest_events(filter, rest, window).await?,
                AuditOrder::OldestFirst => db.list_oldest_events(filter, rest, window).await?,
            };
            let Some(reached) = looked.reached else {
                return Ok(page);
            };
            page.events.extend(looked.found);
            rest = beyond(rest, reached);
            window = (window * 4).min(WIDEST);
        }
        page.events.truncate(limit);
        page.rest = page.events.last().map(|last| beyond(span, last.id));
        Ok(page)
    }

    /// A network address in every form in which the trail may have it.
    #[must_use]
    pub fn audit_address(&self, plain: std::net::IpAddr) -> NetworkAddress {
        NetworkAddress {
            plain,
            hashed: self.hasher().peppers().hash_address(plain),
        }
    }
}
