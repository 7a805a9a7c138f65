//! What a driver's error means to whoever migrates.

use crate::schema::MigrateError;

/// The connection failed, or the database refused to be read.
pub(in crate::sql) fn unreadable(error: sqlx::Error) -> MigrateError {
    match error {
        sqlx::Error::Database(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) => {
            MigrateError::Unreadable(Box::new(error))
        }
        other => MigrateError::Unreachable(Box::new(other)),
    }
}

/// What the library's migrator stumbled over.
pub(super) fn cause(error: sqlx::migrate::MigrateError) -> sqlx::Error {
    match error {
        sqlx::migrate::MigrateError::Execute(cause)
        | sqlx::migrate::MigrateError::ExecuteMigration(cause, _) => cause,
        other => sqlx::Error::Migrate(Box::new(other)),
    }
}

/// A migration failed, in its own text or around it.
pub(super) fn failed(name: &str, error: sqlx::migrate::MigrateError) -> MigrateError {
    let name = name.to_owned();
    match error {
        sqlx::migrate::MigrateError::ExecuteMigration(cause, _) => MigrateError::Failed {
            name,
            advice: advice(&cause),
            cause: Box::new(cause),
        },
        other => MigrateError::Interrupted {
            name,
            cause: Box::new(cause(other)),
        },
    }
}

fn advice(error: &sqlx::Error) -> &'static str {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    match code.as_deref() {
        Some("55P03") => {
            "a transaction held one of its tables for too long, and all requests waited behind it. Run this again \
             when less goes on, or with a longer --lock-timeout"
        }
        Some("42501") => "the database role may not change the schema; run this as the owner of the tables",
        Some("42P07" | "42701" | "42710") => {
            "something of that name is there already, and is not the engine's. Give the engine a schema of its own \
             (`?options[search_path]=NAME` in database.url), or move the other one away"
        }
        Some("53100" | "13") => "the disk is full; make room and run this again",
        Some("8") => "the file cannot be written; see who owns it and its folder",
        _ => "see the cause below, mend it, and run this again; it begins with this migration",
    }
}
