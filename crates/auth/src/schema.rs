//! Who brings the schema up to date: development does it by itself, in production a person decides when.

use horizon_auth_adapters::sql::{
    Drift, ListedMigration, MigrateError, MigrationStatus, Patience, Progress, Standing,
};

use crate::config::Environment;
use crate::engine::Engine;

/// The schema of the database does not fit this program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The database was used by a newer program.
    #[error(
        "the database schema ({applied} migrations) is newer than this program ({known}): it has {name}; run the \
         newer program"
    )]
    Newer {
        /// Migrations that the database has.
        applied: usize,
        /// Migrations that this program knows.
        known: usize,
        /// The first that it does not know.
        name: String,
    },
    /// Migrations are missing, and in production they are not applied unasked.
    #[error(
        "the database schema has {applied} of {known} migrations; run `horizon-auth migrate apply` first"
    )]
    Behind {
        /// Migrations that the database has.
        applied: usize,
        /// Migrations that this program knows.
        known: usize,
    },
    /// A migration of the database is not the one of this program.
    #[error(
        "the migration {name} of the database is {}, so nobody knows what its tables are like; \
         `horizon-auth migrate verify` tells more", standing.as_str()
    )]
    Strange {
        /// Which.
        name: String,
        /// What is wrong with it.
        standing: Standing,
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
        let listed = self.list_migrations().await?;
        let MigrationStatus { applied, known, .. } = MigrationStatus::of(&listed);
        for one in &listed {
            let name = one.name.clone();
            match one.standing {
                Standing::Applied | Standing::Pending => {}
                Standing::Unknown => return Err(SchemaError::Newer { applied, known, name }),
                standing @ (Standing::Edited | Standing::Unfinished) => {
                    return Err(SchemaError::Strange { name, standing });
                }
            }
        }
        let is_behind = listed.iter().any(|one| one.standing == Standing::Pending);
        match (is_behind, environment) {
            (false, _) => Ok(()),
            (true, Environment::Development) => Ok(self.migrate().await.map(drop)?),
            (true, Environment::Production) => Err(SchemaError::Behind { applied, known }),
        }
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// [`MigrateError`]; a failed migration leaves nothing behind.
    pub async fn migrate(&self) -> Result<MigrationStatus, MigrateError> {
        self.store().migrate().await
    }

    /// The same with a say in how long to wait for others, and told how it goes; how many were applied.
    ///
    /// # Errors
    /// [`MigrateError`]; a failed migration leaves nothing behind.
    pub async fn apply_migrations(
        &self,
        patience: Patience,
        progress: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<usize, MigrateError> {
        self.store().apply_migrations(patience, progress).await
    }

    /// Compares the schema with this program, without changing it.
    ///
    /// # Errors
    /// [`MigrateError`] if it cannot be read.
    pub async fn migration_status(&self) -> Result<MigrationStatus, MigrateError> {
        self.store().migration_status().await
    }

    /// All migrations that the database has or this program knows, in order; changes nothing.
    ///
    /// # Errors
    /// [`MigrateError`] if it cannot be read.
    pub async fn list_migrations(&self) -> Result<Vec<ListedMigration>, MigrateError> {
        self.store().list_migrations().await
    }

    /// How the engine's tables differ from what the applied migrations make; changes nothing.
    ///
    /// # Errors
    /// [`MigrateError`] if they cannot be compared.
    pub async fn list_drift(&self) -> Result<Vec<Drift>, MigrateError> {
        self.store().list_drift().await
    }
}
