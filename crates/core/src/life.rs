//! Which life of the database this engine serves.

use std::sync::OnceLock;

use crate::domain::ids::LifeId;
use crate::ports::cache::CacheError;

const UNREAD: CacheError = CacheError("which life of the database this is was not read yet");

/// Read once, since a life ends only while nobody serves.
#[derive(Debug, Default)]
pub(crate) struct Life(OnceLock<Option<LifeId>>);

impl Life {
    /// The life of the tokens that are issued and believed here; `None` is the first.
    pub(crate) fn current(&self) -> Result<Option<LifeId>, CacheError> {
        self.0.get().copied().ok_or(UNREAD)
    }

    /// Takes what SQL says; `false` if it said something else before.
    pub(crate) fn is_still(&self, read: Option<LifeId>) -> bool {
        *self.0.get_or_init(|| read) == read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn the_first_life_that_is_read_is_the_one() {
        let life = Life::default();
        assert!(life.current().is_err());
        assert!(life.is_still(None) && life.is_still(None));
        let other = LifeId::mint(Timestamp::from_millis(1), [1; 10]);
        assert!(!life.is_still(Some(other)));
        assert_eq!(life.current().ok(), Some(None));
    }
}
