//! How long the database takes.

use std::time::Instant;

use horizon_auth_core::domain::measure::{CallMeter, Calls};
use horizon_auth_core::ports::store::{Result, StoreError};
use tracing::Span;

/// What one store has measured; clones of the store share it.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// Until a connection is there, in a transaction with its beginning.
    pub(super) connect: CallMeter,
    /// One statement. Waiting for locks is part of it.
    pub(super) statement: CallMeter,
    /// One commit. Writing to the disk is part of it.
    pub(super) commit: CallMeter,
}

impl Meter {
    pub(super) fn read(&self) -> Vec<Calls> {
        vec![
            self.connect.read("connect"),
            self.statement.read("statement"),
            self.commit.read("commit"),
        ]
    }
}

/// A call under way. Whoever traces sees it as a span, whoever does not pays nothing for that.
pub(super) struct Timing {
    began: Instant,
    _span: Span,
}

impl Timing {
    pub(super) fn of_connect() -> Self {
        Self::new(
            tracing::trace_span!(target: "horizon_auth::trace", "database connect", otel.kind = "client"),
        )
    }

    pub(super) fn of_statement() -> Self {
        Self::new(
            tracing::trace_span!(target: "horizon_auth::trace", "database statement", otel.kind = "client"),
        )
    }

    pub(super) fn of_commit() -> Self {
        Self::new(
            tracing::trace_span!(target: "horizon_auth::trace", "database commit", otel.kind = "client"),
        )
    }

    fn new(span: Span) -> Self {
        Self {
            began: Instant::now(),
            _span: span,
        }
    }

    /// Notes its end. A unique value that is taken, or a row that breaks a rule, is an answer; a failure is when
    /// there is none.
    pub(super) fn end<T>(self, meter: &CallMeter, outcome: &Result<T>) {
        let has_failed = matches!(outcome, Err(StoreError::Unavailable(_)));
        meter.note(self.began.elapsed(), has_failed);
    }
}
