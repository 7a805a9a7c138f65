//! The schema: one set of migrations in two dialects, applied once, whoever applies it.

#[path = "migrations/drift.rs"]
mod drift;
#[path = "migrations/schema.rs"]
mod schema;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use horizon_auth_adapters::sql::{MigrateError, MigrationStatus};
use horizon_auth_core::ports::store::Store as _;
use horizon_auth_testkit::{Database, Kind, both_engines};

/// The file names of one dialect's migrations.
fn files(dialect: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../adapters/migrations")
        .join(dialect);
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Lines of only one of two texts, marked with where they are from.
fn differences(sqlite: &BTreeSet<String>, postgres: &BTreeSet<String>) -> String {
    let only_sqlite = sqlite
        .difference(postgres)
        .map(|line| format!("only SQLite:     {line}\n"));
    let only_postgres = postgres
        .difference(sqlite)
        .map(|line| format!("only PostgreSQL: {line}\n"));
    only_sqlite.chain(only_postgres).collect()
}

#[test]
fn both_dialects_have_the_same_migrations() {
    let sqlite = files("sqlite");

    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, files("postgres"));
    for name in sqlite {
        let (number, rest) = name.split_once('_').unwrap();
        assert!(
            number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()),
            "{name}"
        );
        assert_eq!(
            Path::new(rest).extension().and_then(|e| e.to_str()),
            Some("sql"),
            "{name}"
        );
    }
}

#[tokio::test]
async fn both_engines_have_the_same_schema() {
    let (sqlite, postgres) = (
        Database::fresh(Kind::Sqlite).await,
        Database::fresh(Kind::Postgres).await,
    );

    let (sqlite, postgres) = (schema::describe(&sqlite).await, schema::describe(&postgres).await);

    for kind in [
        "table ",
        "column ",
        "primary key ",
        "unique ",
        "index ",
        "foreign key ",
    ] {
        assert!(
            sqlite.iter().any(|line| line.starts_with(kind)),
            "no {kind}was read"
        );
    }
    let partial = "unique refresh_tokens (session_id) where consumed_at is null";
    assert!(
        sqlite.contains(partial),
        "the proof against forks is missing:\n{sqlite:#?}"
    );
    let differences = differences(&sqlite, &postgres);
    assert!(differences.is_empty(), "the dialects differ:\n{differences}");
}

#[tokio::test]
async fn every_table_of_sqlite_is_strict() {
    let database = Database::fresh(Kind::Sqlite).await;

    let (tables, strict) = (
        database
            .number(
                "SELECT COUNT(*) FROM pragma_table_list WHERE type = 'table' AND schema = 'main'
                            AND name NOT LIKE 'sqlite_%' AND name <> '_horizon_auth_migrations'",
            )
            .await,
        database
            .number("SELECT COUNT(*) FROM pragma_table_list WHERE strict = 1 AND schema = 'main'")
            .await,
    );

    assert!(tables > 0);
    assert_eq!(strict, tables);
}

both_engines! {
    the_status_tells_how_far_the_schema_is => |kind| async move {
        let database = Database::empty(kind).await;
        let known = files("sqlite").len();

        let before = database.store.migration_status().await.unwrap();
        let reported = database.store.migrate().await.unwrap();
        let after = database.store.migration_status().await.unwrap();

        assert_eq!(before, MigrationStatus { applied: 0, known, strange: 0 });
        assert!(!before.is_current());
        assert_eq!(after, MigrationStatus { applied: known, known, strange: 0 });
        assert!(after.is_current());
        assert_eq!(reported, after);
    };

    asking_for_the_status_changes_nothing => |kind| async move {
        let database = Database::empty(kind).await;

        database.store.migration_status().await.unwrap();

        assert!(schema::describe(&database).await.is_empty());
    };

    migrating_twice_does_nothing => |kind| async move {
        let database = Database::fresh(kind).await;
        database.execute("INSERT INTO tenants (id, created_at) VALUES ('home', 1)").await;
        let before = schema::describe(&database).await;

        let again = database.another_store().migrate().await.unwrap();

        assert!(again.is_current());
        assert_eq!(schema::describe(&database).await, before);
        assert_eq!(database.number("SELECT COUNT(*) FROM tenants").await, 1);
        let rows = database.number("SELECT COUNT(*) FROM _horizon_auth_migrations").await;
        assert_eq!(usize::try_from(rows).unwrap(), again.known);
    };

    many_migrators_of_one_fresh_database_leave_one_schema => |kind| async move {
        for round in 0..5 {
            let database = Arc::new(Database::empty(kind).await);
            let gate = Arc::new(tokio::sync::Barrier::new(4));
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..4 {
                let (database, gate) = (Arc::clone(&database), Arc::clone(&gate));
                tasks.spawn(async move {
                    let store = database.another_store();
                    gate.wait().await;
                    store.migrate().await
                });
            }

            let outcomes = tasks.join_all().await;

            for outcome in outcomes {
                let status = outcome.unwrap_or_else(|error| panic!("round {round}: {error:?}"));
                assert!(status.is_current(), "round {round}");
            }
            let alone = schema::describe(&Database::fresh(kind).await).await;
            assert_eq!(schema::describe(&database).await, alone, "round {round}");
        }
    };

    a_migration_that_was_changed_after_it_was_applied_is_refused => |kind| async move {
        let database = Database::fresh(kind).await;
        match kind {
            Kind::Sqlite => database.execute("UPDATE _horizon_auth_migrations SET checksum = x'00'").await,
            Kind::Postgres => database.execute("UPDATE _horizon_auth_migrations SET checksum = '\\x00'").await,
        }

        let error = database.store.migrate().await.unwrap_err();

        assert!(matches!(&error, MigrateError::Edited { name } if name == "0001_initial"), "{error:?}");
        assert!(!database.store.migration_status().await.unwrap().is_current());
    };

    a_database_from_the_future_is_refused => |kind| async move {
        let database = Database::fresh(kind).await;
        database
            .execute(
                "INSERT INTO _horizon_auth_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, description, success, checksum, execution_time FROM _horizon_auth_migrations WHERE version = 1",
            )
            .await;

        assert!(!database.store.migration_status().await.unwrap().is_current());
        let error = database.store.migrate().await.unwrap_err();
        assert!(matches!(&error, MigrateError::Unknown { name } if name.starts_with("9999_")), "{error:?}");
    };

    a_migration_that_fails_leaves_nothing_of_itself => |kind| async move {
        let database = Database::empty(kind).await;
        database.store.ping().await.unwrap(); // makes the file of SQLite
        // In the way of the last table of the first migration.
        database.execute("CREATE TABLE signing_keys (kid TEXT)").await;

        let error = database.store.migrate().await.unwrap_err();

        assert!(matches!(&error, MigrateError::Failed { name, .. } if name == "0001_initial"), "{error:?}");
        let left: BTreeSet<String> = schema::describe(&database).await;
        assert!(left.iter().all(|line| line.contains(" signing_keys")), "{left:#?}");
        assert_eq!(database.store.migration_status().await.unwrap().applied, 0);
    };

    the_migrations_of_an_application_stand_beside_ours => |kind| async move {
        let database = Database::empty(kind).await;
        database.store.ping().await.unwrap(); // makes the file of SQLite
        database
            .execute(
                "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
                   installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL,
                   checksum TEXT NOT NULL, execution_time BIGINT NOT NULL)",
            )
            .await;
        match kind {
            Kind::Sqlite => {}
            Kind::Postgres => {
                database
                    .execute("ALTER TABLE _sqlx_migrations ALTER COLUMN checksum TYPE bytea USING checksum::bytea")
                    .await;
            }
        }
        let theirs = match kind {
            Kind::Sqlite => "INSERT INTO _sqlx_migrations VALUES (1, 'initial', '2026-01-01', TRUE, x'01', 1)",
            Kind::Postgres => "INSERT INTO _sqlx_migrations VALUES (1, 'initial', '2026-01-01', TRUE, '\\x01', 1)",
        };
        database.execute(theirs).await;
        assert_eq!(database.store.migration_status().await.unwrap().applied, 0);

        let status = database.store.migrate().await.unwrap();

        assert!(status.is_current());
        assert_eq!(database.number("SELECT COUNT(*) FROM _sqlx_migrations").await, 1);
    };

    a_database_of_an_older_program_keeps_its_list_of_migrations => |kind| async move {
        let database = Database::fresh(kind).await;
        database
            .execute("ALTER TABLE _horizon_auth_migrations RENAME TO _sqlx_migrations")
            .await;

        let before = database.store.migration_status().await.unwrap();
        let after = database.store.migrate().await.unwrap();

        assert!(before.is_current() && after.is_current());
        let own = match kind {
            Kind::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = '_horizon_auth_migrations'",
            Kind::Postgres => "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = '_horizon_auth_migrations'",
        };
        assert_eq!(database.number(own).await, 0);
    };
}
