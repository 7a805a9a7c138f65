//! What `list_drift` says about tables that were changed behind the engine's back.

use horizon_auth_adapters::sql::{Drift, MigrateError, Patience};
use horizon_auth_testkit::{Database, Kind, both_engines};

async fn drift(database: &Database) -> Vec<Drift> {
    database.store.list_drift().await.unwrap()
}

/// Makes changes, and gives what is said about them.
async fn drift_after(kind: Kind, changes: &[&'static str]) -> Vec<Drift> {
    let database = Database::fresh(kind).await;
    for change in changes {
        database.execute(change).await;
    }
    drift(&database).await
}

fn whats(drift: &[Drift]) -> Vec<&str> {
    drift.iter().map(|one| one.what.as_str()).collect()
}

both_engines! {
    a_migrated_schema_has_no_drift_and_an_empty_one_neither => |kind| async move {
        assert_eq!(drift(&Database::fresh(kind).await).await, []);
        assert_eq!(drift(&Database::empty(kind).await).await, []);
    };

    tables_of_an_application_are_no_drift => |kind| async move {
        let found = drift_after(
            kind,
            &[
                "CREATE TABLE orders (id INTEGER PRIMARY KEY, tenant TEXT REFERENCES tenants (id))",
                "CREATE INDEX orders_by_tenant ON orders (tenant)",
            ],
        )
        .await;

        assert_eq!(found, []);
    };

    each_difference_is_named_with_what_puts_it_right => |kind| async move {
        let database = Database::fresh(kind).await;
        for change in [
            "ALTER TABLE users DROP COLUMN locale",
            "ALTER TABLE tenants ADD COLUMN note TEXT",
            "DROP INDEX sessions_by_user",
            "CREATE INDEX mine ON users (full_name)",
            "DROP INDEX outbox_by_due",
            "CREATE INDEX outbox_by_due ON outbox (next_attempt_at)",
        ] {
            database.execute(change).await;
        }

        let found = drift(&database).await;

        assert_eq!(
            whats(&found),
            [
                "index outbox_by_due of outbox",
                "index sessions_by_user of sessions",
                "column tenants.note",
                "column users.locale",
                "index mine of users",
            ]
        );
        for one in found {
            for statement in one.fix.split_inclusive(';') {
                database.execute(statement.to_owned().leak()).await;
            }
        }
        assert_eq!(drift(&database).await, [], "each fix can be pasted");
    };

    a_table_that_is_gone_is_told_once => |kind| async move {
        let found = drift_after(kind, &["DROP TABLE signing_keys"]).await;

        assert_eq!(whats(&found), ["table signing_keys"]);
        assert!(found[0].found.is_none() && found[0].fix.contains("restore a backup"), "{found:?}");
    };

    a_trigger_on_a_table_of_the_engine_is_told => |kind| async move {
        let changes: &[&'static str] = match kind {
            Kind::Sqlite => &["CREATE TRIGGER spy AFTER INSERT ON users BEGIN SELECT 1; END"],
            Kind::Postgres => &[
                "CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "CREATE TRIGGER spy AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION spy()",
            ],
        };

        assert_eq!(whats(&drift_after(kind, changes).await), ["trigger spy of users"]);
    };

    the_schema_of_a_newer_program_is_not_judged => |kind| async move {
        let database = Database::fresh(kind).await;
        database
            .execute(
                "INSERT INTO _horizon_auth_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, 'from the future', success, checksum, execution_time FROM _horizon_auth_migrations WHERE version = 1",
            )
            .await;

        let error = database.store.list_drift().await.unwrap_err();

        assert!(matches!(&error, MigrateError::Unknown { name } if name == "9999_from_the_future"), "{error:?}");
    };
}

/// SQLite changes none of these in place.
#[tokio::test]
async fn what_only_postgres_can_change_is_told_with_what_puts_it_right() {
    let database = Database::fresh(Kind::Postgres).await;
    for change in [
        "ALTER TABLE users ALTER COLUMN email TYPE varchar(9)",
        "ALTER TABLE users ALTER COLUMN full_name SET NOT NULL",
        "ALTER TABLE users ALTER COLUMN cred_version SET DEFAULT 7",
        "ALTER TABLE users ADD CONSTRAINT positive CHECK (cred_version > 0)",
        "ALTER TABLE users DROP CONSTRAINT users_tenant_id_fkey",
        "ALTER TABLE outbox SET UNLOGGED",
        "ALTER TABLE roles ENABLE ROW LEVEL SECURITY",
    ] {
        database.execute(change).await;
    }

    let found = drift(&database).await;

    assert_eq!(
        whats(&found),
        [
            "table outbox",
            "table roles",
            "column users.cred_version",
            "column users.email",
            "column users.full_name",
            "constraint positive of users",
            "constraint users_tenant_id_fkey of users",
        ]
    );
    let email = found.iter().find(|one| one.what == "column users.email").unwrap();
    assert_eq!(email.found.as_deref(), Some("character varying(9) NOT NULL"));
    assert_eq!(email.expected.as_deref(), Some("text NOT NULL"));
    for one in found {
        database.execute(one.fix.leak()).await;
    }
    assert_eq!(drift(&database).await, [], "each fix can be pasted");
}

/// Neither the right to make schemas nor the ownership of a table.
#[tokio::test]
async fn a_role_that_may_only_use_the_tables_can_compare_them() {
    let database = Database::fresh(Kind::Postgres).await;
    let login = horizon_auth_testkit::Login::to(&database).await;
    let store = horizon_auth_adapters::sql::SqlStore::new(&horizon_auth_adapters::sql::SqlConfig {
        url: login.url(login.server()),
        max_connections: 2,
    })
    .unwrap();

    assert_eq!(store.list_drift().await.unwrap(), []);
    assert_eq!(
        store
            .apply_migrations(Patience::default(), &mut |_| {})
            .await
            .unwrap(),
        0
    );
}
