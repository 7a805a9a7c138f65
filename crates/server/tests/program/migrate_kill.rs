//! `horizon-auth migrate apply`, killed where it hurts most. A trigger on the list of what was applied stops the
//! program at a known place: on PostgreSQL it waits for a lock of the test's, on SQLite it never comes to its end.

use horizon_auth_testkit::{Database, Kind};

use crate::migrate::names;
use crate::support::{Installation, PATIENCE, stderr, stdout};

/// The list as sqlx makes it.
const LIST: [&str; 2] = [
    "CREATE TABLE _horizon_auth_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
       installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL,
       execution_time BIGINT NOT NULL)",
    "CREATE TABLE _horizon_auth_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
       installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL,
       execution_time BIGINT NOT NULL)",
];

fn expect_clean(installation: &Installation, applied: usize) {
    let verified = installation.run(&["migrate", "verify"]);
    let said = stdout(&verified);
    assert!(verified.status.success(), "{said}{}", stderr(&verified));
    let all = names().len();
    assert!(
        said.starts_with(&format!("{applied} of {all} migrations are applied\n")),
        "{said}"
    );
    assert!(said.ends_with("nothing differs from what they make\n"), "{said}");
}

fn finish(installation: &Installation) {
    let applied = installation.run(&["migrate", "apply"]);
    assert!(applied.status.success(), "{}", stderr(&applied));
    expect_clean(installation, names().len());
    assert_eq!(installation.serve().get("/health/ready", "").status(), 200);
}

/// All of a run is one transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_any_migration_on_sqlite_leaves_the_schema_as_it_was_before_the_run() {
    let database = Database::empty(Kind::Sqlite).await;
    let installation = Installation::on(&database.url, "");
    database.execute(LIST[0]).await;
    database
        .execute("CREATE VIEW forever AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
        .await;
    for (version, name) in (1..).zip(names()) {
        let stop = format!(
            "CREATE TRIGGER stop AFTER INSERT ON _horizon_auth_migrations WHEN NEW.version = {version}
             BEGIN SELECT COUNT(*) FROM forever; END"
        );
        database.execute(stop.leak()).await;

        let mut applying = installation.start(&["migrate", "apply"]);
        applying.line_with(&format!("applying {name}"));
        applying.kill();

        database.execute("DROP TRIGGER stop").await;
        expect_clean(&installation, 0);
        let tables =
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name <> '_horizon_auth_migrations'";
        assert_eq!(database.number(tables).await, 0, "{name}");
    }
    database.execute("DROP VIEW forever").await;
    finish(&installation);
}

const WAITS: &str =
    "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objsubid = 2
    AND classid = 7 AND objid::bigint = hashtext(current_schema())::bigint & 4294967295";

const WAITS_FOR_THE_LIST: &str = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'relation' AND NOT granted
    AND relation = to_regclass('_horizon_auth_migrations')";

/// Each migration is a transaction; here it ends before the commit, and right after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_or_after_any_migration_on_postgres_leaves_the_schema_before_it_or_after_it() {
    let database = Database::empty(Kind::Postgres).await;
    let installation = Installation::on(&database.url, "");
    database.execute(LIST[1]).await;
    database
        .execute(
            "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_advisory_xact_lock(7, hashtext(current_schema())); RETURN NEW; END'",
        )
        .await;
    for (version, name) in (1..).zip(names()) {
        for (moment, applied) in [("INSERT", version - 1), ("UPDATE", version)] {
            let stop = format!(
                "CREATE TRIGGER stop BEFORE {moment} ON _horizon_auth_migrations FOR EACH ROW
                 WHEN (NEW.version = {version}) EXECUTE FUNCTION stop()"
            );
            database.execute(stop.leak()).await;
            let held = database
                .hold("SELECT pg_advisory_lock(7, hashtext(current_schema()))")
                .await;

            let mut applying = installation.start(&["migrate", "apply"]);
            applying.line_with(&format!("applying {name}"));
            wait_until(&database, WAITS).await;
            applying.kill();

            held.release().await;
            // Waits until the server has noticed that nobody is there any more.
            database
                .execute("DROP TRIGGER stop ON _horizon_auth_migrations")
                .await;
            expect_clean(&installation, applied);
        }
    }
    finish(&installation);
}

/// The server sees to it that a dead program holds nothing, although the statement that it began would wait for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_does_not_keep_the_next_one_waiting() {
    let database = Database::empty(Kind::Postgres).await;
    let installation = Installation::on(&database.url, "");
    database.execute(LIST[1]).await;
    let held = database
        .hold("BEGIN; LOCK TABLE _horizon_auth_migrations IN SHARE MODE")
        .await;
    let mut applying = installation.start(&["migrate", "apply", "--lock-timeout", "3600"]);
    applying.line_with("applying 0001_initial");
    wait_until(&database, WAITS_FOR_THE_LIST).await;
    applying.kill();

    let mut next = installation.start(&["migrate", "apply", "--lock-timeout", "3600"]);
    next.line_with("applying 0001_initial");

    held.release().await;
    assert!(next.until_it_ends().contains("the schema is current"));
    expect_clean(&installation, names().len());
}

async fn wait_until(database: &Database, waits: &str) {
    let since = std::time::Instant::now();
    while database.number(waits).await == 0 {
        assert!(
            since.elapsed() < PATIENCE,
            "it never comes to the place where it is to be killed"
        );
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
