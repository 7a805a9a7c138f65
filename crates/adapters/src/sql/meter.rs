//! How long the database takes.

use std::time::Instant;

use horizon_auth_core::domain::measure::{CallMeter, Calls};
use horizon_auth_core::ports::store::{Result, StoreError};

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

/// Notes a call that began at `began`. A unique value that is taken, or a row that breaks a rule, is an answer; a
/// failure is when there is none.
pub(super) fn note<T>(meter: &CallMeter, began: Instant, outcome: &Result<T>) {
    let has_failed = matches!(outcome, Err(StoreError::Unavailable(_)));
    meter.note(began.elapsed(), has_failed);
}
