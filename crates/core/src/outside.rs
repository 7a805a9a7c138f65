//! What an engine knows about changes that others make in its database.

use std::sync::atomic::{AtomicI64, Ordering};

const NONE: i64 = -1;

/// Changes made beside the server ([`crate::ports::store::OutsideChanges`]), and revocations of other
/// nodes ([`crate::ports::store::Revocations::list_revocations_since`]).
#[derive(Debug)]
pub(crate) struct Outside {
    is_outsider: bool,
    noted: AtomicI64,
    read: AtomicI64,
    looked: AtomicI64,
}

impl Outside {
    pub(crate) fn new(is_outsider: bool) -> Self {
        Self {
            is_outsider,
            noted: AtomicI64::new(NONE),
            read: AtomicI64::new(NONE),
            looked: AtomicI64::new(0),
        }
    }

    /// Whether this engine is not the server's.
    pub(crate) fn is_outsider(&self) -> bool {
        self.is_outsider
    }

    /// An outsider has made this change.
    pub(crate) fn note(&self, number: i64) {
        self.noted.fetch_max(number, Ordering::AcqRel);
    }

    /// The number of this engine's last outside change, if it made one.
    pub(crate) fn noted(&self) -> Option<i64> {
        Some(self.noted.load(Ordering::Acquire)).filter(|number| *number != NONE)
    }

    /// The outside change up to which the memory holds everything, if it has been read at all.
    pub(crate) fn read(&self) -> Option<i64> {
        Some(self.read.load(Ordering::Acquire)).filter(|number| *number != NONE)
    }

    pub(crate) fn set_read(&self, made: i64) {
        self.read.store(made, Ordering::Release);
    }

    /// Up to where the revocations in SQL have been compared with the memory.
    pub(crate) fn looked(&self) -> i64 {
        self.looked.load(Ordering::Acquire)
    }

    pub(crate) fn set_looked(&self, mark: i64) {
        self.looked.store(mark, Ordering::Release);
    }
}
