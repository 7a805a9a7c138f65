//! What is said about the schema of a database, whichever engine it is, or none.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// The schema could not be read or brought up to date. Nothing is half done after any of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// It answers, and does not let itself be read.
    #[error("the schema cannot be read; see that this role may use the tables of the engine")]
    Unreadable(#[source] Box<dyn Error + Send + Sync>),
    /// Another process changes the schema, and has not finished in time.
    #[error(
        "another process holds the schema ({holder}) and has not finished within {} s; nothing was changed. \
         See what it does, then run this again",
        waited.as_secs()
    )]
    Locked {
        /// Who that is, as far as the database tells.
        holder: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The database was used by a newer program.
    #[error(
        "the database has the migration {name}, which this program does not know; run the newer program. \
         Nothing was changed"
    )]
    Unknown {
        /// The first one that is not known.
        name: String,
    },
    /// A migration is not the one that was applied.
    #[error(
        "the migration {name} is not the one that was applied to this database: its text was changed afterwards. \
         Nothing was changed; run the program that applied it, and see `horizon-auth migrate verify`"
    )]
    Edited {
        /// The first such migration.
        name: String,
    },
    /// The list of migrations says that one was begun and not finished; this engine never leaves that behind.
    #[error(
        "the database says that the migration {name} was begun and never finished. Horizon Auth leaves no such \
         mark: restore a backup, or ask whoever wrote it"
    )]
    Unfinished {
        /// Which.
        name: String,
    },
    /// A migration failed.
    #[error("the migration {name} failed, and nothing of it was kept: {advice}")]
    Failed {
        /// Which.
        name: String,
        /// What to do.
        advice: &'static str,
        /// What the database said.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// The connection broke around a commit.
    #[error(
        "the connection broke while the migration {name} was committed; it is there or it is not, nothing in \
         between. Run this again: it goes on from where the database is"
    )]
    Interrupted {
        /// Which.
        name: String,
        /// What happened.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// What the migrations make could not be worked out.
    #[error(
        "the expected schema could not be made beside the real one: on PostgreSQL that needs a server that can be \
         written to and the right to make temporary tables, which every role has unless it was taken away"
    )]
    NoScratch(#[source] Box<dyn Error + Send + Sync>),
}

/// How far the schema is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Migrations that the database has.
    pub applied: usize,
    /// Migrations that this program brings along.
    pub known: usize,
    /// Migrations of the database that are not as this program knows them: of a newer program, changed after
    /// they were applied, or unfinished.
    pub strange: usize,
}

impl MigrationStatus {
    /// Whether the program and the database fit together.
    #[must_use]
    pub const fn is_current(self) -> bool {
        self.applied == self.known && self.strange == 0
    }

    /// Counts a list of migrations.
    #[must_use]
    pub fn of(migrations: &[ListedMigration]) -> Self {
        let count =
            |wanted: &dyn Fn(&ListedMigration) -> bool| migrations.iter().filter(|one| wanted(one)).count();
        Self {
            applied: count(&|one| !matches!(one.standing, Standing::Pending | Standing::Unfinished)),
            known: count(&|one| one.sql.is_some()),
            strange: count(&|one| !matches!(one.standing, Standing::Pending | Standing::Applied)),
        }
    }
}

/// A migration that the database has or this program knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMigration {
    /// Its number.
    pub version: i64,
    /// Its number and what it is about, as its file is called: `0001_initial`.
    pub name: String,
    /// Where it stands.
    pub standing: Standing,
    /// When it was applied, in UTC as ISO 8601; by the database's clock.
    pub applied_at: Option<String>,
    /// How long that took, where it is known.
    pub took: Option<Duration>,
    /// Its text, unless only the database knows it.
    pub sql: Option<&'static str>,
}

/// Where a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The database has it as this program knows it.
    Applied,
    /// The database lacks it.
    Pending,
    /// The database has it with another text.
    Edited,
    /// The database has it, and this program does not know it.
    Unknown,
    /// The database says that it was begun and not finished.
    Unfinished,
}

impl Standing {
    /// What is wrong with such a migration, and what to do; `None` if nothing is.
    #[must_use]
    pub const fn complaint(self) -> Option<&'static str> {
        match self {
            Self::Applied | Self::Pending => None,
            Self::Edited => Some(
                "its text is not the one that was applied. Released migrations are never changed: find out which \
                 program applied it, and run that one",
            ),
            Self::Unknown => Some("this program does not know it; run the newer program that applied it"),
            Self::Unfinished => Some(
                "it is marked as begun and not finished, which Horizon Auth never does: restore a backup, or ask \
                 whoever wrote that",
            ),
        }
    }

    /// A stable word, for people and programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Edited => "edited",
            Self::Unknown => "unknown",
            Self::Unfinished => "unfinished",
        }
    }
}

/// How patient somebody is who applies migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long to wait for another process that changes the schema.
    pub for_others: Duration,
    /// How long a migration may wait for a table that a transaction holds (PostgreSQL). All requests to that table
    /// wait behind it meanwhile.
    pub for_tables: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            for_others: Duration::from_secs(60),
            for_tables: Duration::from_secs(5),
        }
    }
}

/// What happens while migrations are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another process changes the schema.
    Waiting {
        /// Who that is, as far as the database tells.
        holder: &'a str,
        /// How long it is waited for.
        at_most: Duration,
    },
    /// A migration begins.
    Applying {
        /// Its name.
        name: &'a str,
    },
    /// A migration is there for good.
    Applied {
        /// Its name.
        name: &'a str,
        /// How long it took.
        took: Duration,
    },
}

/// A difference between the schema as it is and as the migrations make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// What differs: `column users.locale`.
    pub what: String,
    /// What there is; `None` if it is missing.
    pub found: Option<String>,
    /// What there should be; `None` if it should not be there.
    pub expected: Option<String>,
    /// What puts it right: a statement, or advice where no statement can.
    pub fix: String,
}

/// What differs on one line, and how to mend it on the next.
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.what)?;
        match (&self.found, &self.expected) {
            (Some(found), Some(expected)) => write!(f, "is {found}, should be {expected}"),
            (None, Some(expected)) => write!(f, "is missing, should be {expected}"),
            (Some(found), None) => write!(f, "should not be there, and is {found}"),
            (None, None) => Ok(()),
        }?;
        write!(f, "\n  fix: {}", self.fix)
    }
}
