//! What a driver's error means to the rules.

use horizon_auth_core::ports::store::{Result, StoreError};
use sqlx::error::ErrorKind;

/// A broken constraint or an unreadable row is ours to fix; everything else may pass.
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    let ours = match &error {
        sqlx::Error::Database(cause) => !matches!(cause.kind(), ErrorKind::Other),
        sqlx::Error::RowNotFound
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::ColumnIndexOutOfBounds { .. }
        | sqlx::Error::TypeNotFound { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::Encode(_) => true,
        _ => false,
    };
    if ours {
        StoreError::Corrupt(Box::new(error))
    } else {
        StoreError::Unavailable(Box::new(error))
    }
}

/// Whether a unique value belongs to another row.
pub(super) fn is_taken(error: &StoreError) -> bool {
    let StoreError::Corrupt(cause) = error else {
        return false;
    };
    matches!(
        cause.downcast_ref::<sqlx::Error>(),
        Some(sqlx::Error::Database(cause)) if cause.is_unique_violation()
    )
}

/// A row that was to be written beneath its owner; none means that the tenant has no such owner.
pub(super) fn one_row(written: u64, otherwise: &'static str) -> Result<()> {
    if written == 1 {
        Ok(())
    } else {
        Err(StoreError::corrupt(otherwise))
    }
}
