//! Columns to domain types. A column that does not fit is a corrupt row, never a panic.

use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::domain::user::{DisableReason, User};
use horizon_auth_core::ports::store::{Result, StoreError};
use uuid::Uuid;

/// A stored tenant name.
pub(super) fn tenant(text: &str) -> Result<TenantId> {
    TenantId::parse(text).map_err(|_| StoreError::corrupt("a tenant_id is not a tenant name"))
}

/// A stored language tag.
pub(super) fn locale(text: &str) -> Result<Locale> {
    Locale::parse(text).map_err(|_| StoreError::corrupt("a locale is not a language tag"))
}

/// A stored role name.
pub(super) fn role(text: &str) -> Result<Role> {
    Role::parse(text).map_err(|_| StoreError::corrupt("a role is not a role name"))
}

/// 32 stored bytes.
pub(super) fn bytes32(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes
        .try_into()
        .map_err(|_| StoreError::corrupt("a digest is not 32 bytes long"))
}

/// A nullable instant.
pub(super) fn instant(millis: Option<i64>) -> Option<Timestamp> {
    millis.map(Timestamp::from_millis)
}

/// Who disabled an account that may be disabled.
pub(super) fn disabled_by(at: Option<i64>, reason: Option<&str>) -> Option<DisableReason> {
    at.map(|_| DisableReason::from_stored(reason.unwrap_or_default()))
}

row! {
    /// The columns of a user with its roles joined by spaces.
    pub(super) struct UserRow {
        pub(super) id: Uuid,
        pub(super) tenant_id: String,
        pub(super) email: String,
        pub(super) email_written: String,
        pub(super) full_name: Option<String>,
        pub(super) email_verified_at: Option<i64>,
        pub(super) disabled_at: Option<i64>,
        pub(super) disabled_reason: Option<String>,
        pub(super) locale: Option<String>,
        pub(super) cred_version: i64,
        pub(super) token_epoch: i64,
        pub(super) tenant_epoch: i64,
        pub(super) created_at: i64,
        pub(super) updated_at: i64,
        pub(super) roles: Option<String>,
    }
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self> {
        let names = row.roles.as_deref().unwrap_or("").split_whitespace();
        let mut roles = names.map(role).collect::<Result<Vec<_>>>()?;
        roles.sort(); // here, because PostgreSQL sorts in the language of the database
        Ok(Self {
            id: UserId::from_uuid(row.id),
            tenant: tenant(&row.tenant_id)?,
            email: Email::from_stored(row.email, row.email_written),
            full_name: row.full_name,
            email_verified_at: instant(row.email_verified_at),
            disabled_at: instant(row.disabled_at),
            disabled_by: disabled_by(row.disabled_at, row.disabled_reason.as_deref()),
            locale: row.locale.as_deref().map(locale).transpose()?,
            cred_version: row.cred_version,
            token_epoch: row.token_epoch,
            tenant_epoch: row.tenant_epoch,
            roles,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}
