//! What a driver's error means to the rules.

use horizon_auth_core::ports::store::StoreError;
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
