//! Whether the tables of the engine are as the migrations make them.
//!
//! What they should be is worked out on the spot: the migrations that the database has are applied to an empty
//! database in memory (SQLite) or as temporary tables that are rolled back (PostgreSQL), and both are read in the
//! same way. Tables that are not the engine's are not looked at.

mod fix;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::collections::BTreeMap;

use sqlx::migrate::{Migration, Migrator};

use super::connect::{Engine, SqlStore};
use crate::schema::{Drift, ListedMigration, MigrateError, Standing};

impl SqlStore {
    /// The differences between the engine's tables and what the migrations make that the database has; none if it
    /// has none. Changes nothing.
    ///
    /// # Errors
    /// [`MigrateError::Unreachable`], [`MigrateError::Unreadable`], [`MigrateError::NoScratch`];
    /// [`MigrateError::Unknown`] if a newer program has made them.
    pub async fn list_drift(&self) -> Result<Vec<Drift>, MigrateError> {
        let listed = self.list_migrations().await?;
        if let Some(unknown) = listed.iter().find(|one| one.standing == Standing::Unknown) {
            return Err(MigrateError::Unknown {
                name: unknown.name.clone(),
            });
        }
        if listed.iter().all(|one| one.standing == Standing::Pending) {
            return Ok(Vec::new());
        }
        match &self.0 {
            #[cfg(feature = "postgres")]
            Engine::Pg(pool) => postgres::list(pool, &listed).await,
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { readers, .. } => sqlite::list(readers, &listed).await,
        }
    }
}

/// Something that a schema says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Table,
    Column,
    /// A primary key, unique, foreign key or check constraint.
    Constraint,
    Index,
    Trigger,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::Trigger => "trigger",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [
            Self::Table,
            Self::Column,
            Self::Constraint,
            Self::Index,
            Self::Trigger,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
    }
}

/// What is said about: of which table, what, by which name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    table: String,
    kind: Kind,
    name: String,
}

impl Subject {
    fn words(&self) -> String {
        let Self { table, kind, name } = self;
        match kind {
            Kind::Table => format!("table {table}"),
            Kind::Column => format!("column {table}.{name}"),
            Kind::Constraint | Kind::Index | Kind::Trigger => format!("{} {name} of {table}", kind.as_str()),
        }
    }
}

/// A schema by its subjects.
type Schema = BTreeMap<Subject, Saying>;

/// What is said: all of it in the words of the engine, and for columns the parts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Saying {
    whole: String,
    column: Option<Column>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    of_type: String,
    is_required: bool,
    default: Option<String>,
    /// Whatever else there is: `GENERATED …`.
    more: String,
}

impl Saying {
    fn column(column: Column) -> Self {
        let Column {
            of_type,
            is_required,
            default,
            more,
        } = &column;
        let required = if *is_required { " NOT NULL" } else { "" };
        let default = default
            .as_ref()
            .map_or_else(String::new, |value| format!(" DEFAULT {value}"));
        Self {
            whole: format!("{of_type}{required}{default}{more}"),
            column: Some(column),
        }
    }
}

row! {
    /// A row of the queries that read a schema.
    struct FactRow {
        of_table: String,
        kind: String,
        name: String,
        whole: String,
        is_required: bool,
        default_value: Option<String>,
        more: String,
    }
}

/// `None` for a kind that is none of ours, which the queries do not give.
fn fact(row: FactRow) -> Option<(Subject, Saying)> {
    let kind = Kind::parse(&row.kind)?;
    let saying = match kind {
        Kind::Column => Saying::column(Column {
            of_type: row.whole,
            is_required: row.is_required,
            default: row.default_value,
            more: row.more,
        }),
        Kind::Table | Kind::Constraint | Kind::Index | Kind::Trigger => Saying {
            whole: row.whole.split_whitespace().collect::<Vec<_>>().join(" "),
            column: None,
        },
    };
    let subject = Subject {
        table: row.of_table,
        kind,
        name: row.name,
    };
    Some((subject, saying))
}

/// The migrations of this program that the database has, in order.
fn applied<'a>(
    all: &'static Migrator,
    listed: &'a [ListedMigration],
) -> impl Iterator<Item = &'static Migration> + 'a {
    let has = |version| {
        listed
            .iter()
            .any(|one| one.version == version && !matches!(one.standing, Standing::Pending))
    };
    all.iter().filter(move |migration| has(migration.version))
}

/// The tables that there should be.
fn tables(expected: &Schema) -> Vec<String> {
    let tables = expected.keys().filter(|subject| subject.kind == Kind::Table);
    tables.map(|subject| subject.table.clone()).collect()
}

/// What differs, table by table. Of a table that is missing nothing else is told.
fn differences(
    expected: &Schema,
    found: &Schema,
    fix: impl Fn(&Subject, &Difference<'_>) -> String,
) -> Vec<Drift> {
    let is_missing = |table: &str| {
        !found
            .keys()
            .any(|subject| subject.kind == Kind::Table && subject.table == table)
    };
    let all: std::collections::BTreeSet<&Subject> = expected.keys().chain(found.keys()).collect();
    all.into_iter()
        .filter(|subject| subject.kind == Kind::Table || !is_missing(&subject.table))
        .filter_map(|subject| {
            let difference = match (found.get(subject), expected.get(subject)) {
                (Some(found), Some(expected)) if found.whole == expected.whole => return None,
                (Some(found), Some(expected)) => Difference::Changed { found, expected },
                (None, Some(expected)) => Difference::Missing(expected),
                (Some(_), None) => Difference::Extra,
                (None, None) => return None,
            };
            Some(Drift {
                what: subject.words(),
                found: found.get(subject).map(|saying| saying.whole.clone()),
                expected: expected.get(subject).map(|saying| saying.whole.clone()),
                fix: fix(subject, &difference),
            })
        })
        .collect()
}

enum Difference<'a> {
    Missing(&'a Saying),
    Extra,
    Changed {
        #[cfg_attr(
            not(feature = "postgres"),
            expect(dead_code, reason = "only PostgreSQL changes a part in place")
        )]
        found: &'a Saying,
        expected: &'a Saying,
    },
}
