//! A password checked by an application that holds the hash, which is replaced if it lags.

use crate::auth::Auth;
use crate::domain::ids::UserId;
use crate::domain::password::{Password, PasswordHash};
use crate::domain::tenant::TenantId;
use crate::error::Error;

/// What it needs. Whether the caller may ask is the front end's business, and no attempt is counted.
#[derive(Clone, Debug)]
pub struct MigratePasswordCommand {
    /// The tenant of the account.
    pub tenant: TenantId,
    /// Whose password.
    pub user: UserId,
    /// The password.
    pub password: Password,
    /// The hash that the application holds.
    pub hash: PasswordHash,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordMigrated {
    /// Whether it is the password of that hash.
    pub matches: bool,
    /// Whether the account had that hash, and has a better one now.
    pub migrated: bool,
}

impl Auth {
    /// Checks a password against a hash. One of a weaker kind is replaced, if the account still has it.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`, `internal`.
    pub async fn migrate_password(&self, cmd: MigratePasswordCommand) -> Result<PasswordMigrated, Error> {
        let verified = self.hasher().verify(&cmd.password, Some(&cmd.hash)).await?;
        let migrated = verified.needs_rehash
            && self
                .rehash(&cmd.tenant, cmd.user, &cmd.password, &cmd.hash)
                .await?;
        Ok(PasswordMigrated {
            matches: verified.matches,
            migrated,
        })
    }
}
