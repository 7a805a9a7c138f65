//! Who brings the schema up to date: development does it by itself, in production a person decides when.

use horizon_auth_adapters::sql::MigrateError;

use crate::config::Environment;
use crate::engine::Engine;

/// The schema of the database does not fit this program.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The database was used by a newer program.
    #[error(
        "the database schema ({applied} migrations) is newer than this program ({known}); run the newer program"
    )]
    Newer {
        /// Migrations that the database has.
        applied: usize,
        /// Migrations that this program knows.
        known: usize,
    },
    /// Migrations are missing, and in production they are not applied unasked.
    #[error("the database schema has {applied} of {known} migrations; run `horizon-auth migrate` first")]
    Behind {
        /// Migrations that the database has.
        applied: usize,
        /// Migrations that this program knows.
        known: usize,
    },
    /// It could not be read or changed.
    #[error("the database schema: {0}")]
    Migrate(#[from] MigrateError),
}

impl Engine {
    /// Makes sure that the schema is current: migrates in development, refuses in production.
    ///
    /// # Errors
    /// [`SchemaError`], with the command to run where one helps.
    pub async fn settle_schema(&self, environment: Environment) -> Result<(), SchemaError> {
        let status = self.migration_status().await?;
        let (applied, known) = (status.applied, status.known);
        if applied > known {
            return Err(SchemaError::Newer { applied, known });
        }
        match (status.is_current(), environment) {
            (true, _) => Ok(()),
            (false, Environment::Development) => Ok(self.migrate().await.map(drop)?),
            (false, Environment::Production) => Err(SchemaError::Behind { applied, known }),
        }
    }
}
