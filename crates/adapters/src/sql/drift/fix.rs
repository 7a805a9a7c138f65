//! What puts a difference right, in the words of each engine.

use super::{Difference, Kind, Subject};

const LOST: &str = "no statement brings it back with its rows: restore a backup (docs/guide/backup.md)";

/// On PostgreSQL one statement or two do.
#[cfg(feature = "postgres")]
pub(super) fn on_postgres(subject: &Subject, difference: &Difference<'_>) -> String {
    let (table, name) = (quoted(&subject.table), quoted(&subject.name));
    match (subject.kind, difference) {
        (Kind::Table, Difference::Missing(_) | Difference::Extra) => LOST.to_owned(),
        (Kind::Table, Difference::Changed { found, expected }) => {
            let mut changes = Vec::new();
            if found.whole.contains("UNLOGGED") && !expected.whole.contains("UNLOGGED") {
                changes.push(format!("ALTER TABLE {table} SET LOGGED;"));
            }
            if found.whole.contains("ROW LEVEL SECURITY") {
                changes.push(format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"));
            }
            if changes.is_empty() {
                changes.push(LOST.to_owned());
            }
            changes.join(" ")
        }
        (Kind::Column, Difference::Missing(expected)) => {
            format!("ALTER TABLE {table} ADD COLUMN {name} {};", expected.whole)
        }
        (Kind::Column, Difference::Extra) => format!("ALTER TABLE {table} DROP COLUMN {name};"),
        (Kind::Column, Difference::Changed { found, expected }) => {
            let (Some(was), Some(is)) = (&found.column, &expected.column) else {
                return LOST.to_owned();
            };
            let mut changes = Vec::new();
            if was.of_type != is.of_type {
                let of_type = &is.of_type;
                changes.push(format!(
                    "ALTER COLUMN {name} TYPE {of_type} USING {name}::{of_type}"
                ));
            }
            if was.is_required != is.is_required {
                let verb = if is.is_required { "SET" } else { "DROP" };
                changes.push(format!("ALTER COLUMN {name} {verb} NOT NULL"));
            }
            if was.default != is.default {
                let default = is.default.as_ref();
                let change =
                    default.map_or("DROP DEFAULT".to_owned(), |value| format!("SET DEFAULT {value}"));
                changes.push(format!("ALTER COLUMN {name} {change}"));
            }
            if changes.is_empty() {
                return LOST.to_owned();
            }
            format!("ALTER TABLE {table} {};", changes.join(", "))
        }
        (Kind::Constraint, Difference::Missing(expected)) => {
            format!("ALTER TABLE {table} ADD CONSTRAINT {name} {};", expected.whole)
        }
        (Kind::Constraint, Difference::Extra) => format!("ALTER TABLE {table} DROP CONSTRAINT {name};"),
        (Kind::Constraint, Difference::Changed { expected, .. }) => format!(
            "ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {};",
            expected.whole
        ),
        (Kind::Index | Kind::Trigger, Difference::Missing(expected)) => format!("{};", expected.whole),
        (Kind::Index, Difference::Extra) => format!("DROP INDEX {name};"),
        (Kind::Index, Difference::Changed { expected, .. }) => {
            format!("DROP INDEX {name}; {};", expected.whole)
        }
        (Kind::Trigger, Difference::Extra) => format!("DROP TRIGGER {name} ON {table};"),
        (Kind::Trigger, Difference::Changed { expected, .. }) => {
            format!("DROP TRIGGER {name} ON {table}; {};", expected.whole)
        }
    }
}

/// SQLite changes neither columns nor constraints in place.
#[cfg(feature = "sqlite")]
pub(super) fn on_sqlite(subject: &Subject, difference: &Difference<'_>) -> String {
    const COPY: &str = "SQLite cannot change it in place: copy the table as in https://sqlite.org/lang_altertable.html \
                        (12 steps), or restore a backup (docs/guide/backup.md)";
    let (table, name) = (quoted(&subject.table), quoted(&subject.name));
    match (subject.kind, difference) {
        (Kind::Table, Difference::Missing(_) | Difference::Extra) => LOST.to_owned(),
        (Kind::Column, Difference::Missing(expected)) => {
            format!("ALTER TABLE {table} ADD COLUMN {name} {};", expected.whole)
        }
        (Kind::Column, Difference::Extra) => format!("ALTER TABLE {table} DROP COLUMN {name};"),
        (Kind::Table | Kind::Column, Difference::Changed { .. }) | (Kind::Constraint, _) => COPY.to_owned(),
        (Kind::Index | Kind::Trigger, Difference::Missing(expected)) => format!("{};", expected.whole),
        (Kind::Index, Difference::Extra) => format!("DROP INDEX {name};"),
        (Kind::Trigger, Difference::Extra) => format!("DROP TRIGGER {name};"),
        (Kind::Index, Difference::Changed { expected, .. }) => {
            format!("DROP INDEX {name}; {};", expected.whole)
        }
        (Kind::Trigger, Difference::Changed { expected, .. }) => {
            format!("DROP TRIGGER {name}; {};", expected.whole)
        }
    }
}

/// A name that can be pasted, whoever chose it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}
