//! `horizon-auth migrate`, on both engines.

use horizon_auth_testkit::{Database, Kind, both_engines};
use serde_json::Value;

use crate::support::{Installation, Said, files, stderr, stdout};

const PRODUCTION: &str = "environment = \"production\"\npublic_url = \"https://auth.example.com\"\n\
     mail.transport = \"smtp\"\nmail.from = \"auth@example.com\"\nmail.smtp_url = \"smtps://127.0.0.1:1\"\n";

/// The migrations as their files are called.
pub(crate) fn names() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/migrations/postgres");
    let stem = |file: &std::path::PathBuf| file.file_stem().unwrap().to_str().unwrap().to_owned();
    files(&folder).iter().map(stem).collect()
}

fn the_whole_way(database: &str) {
    let installation = Installation::on(database, PRODUCTION);
    let all = names().len();

    let before = installation.run(&["migrate", "status"]);
    assert_eq!(before.status.code(), Some(1));
    assert!(
        stdout(&before).starts_with(&format!("0 of {all} migrations are applied\n  0001_initial")),
        "{}",
        stdout(&before)
    );
    assert_eq!(stderr(&before), "error: the schema is not current\n");

    let refused = installation.run(&["serve"]);
    assert_eq!(
        refused.status.code(),
        Some(1),
        "production does not migrate by itself"
    );
    let complaint = stderr(&refused);
    assert!(
        complaint.ends_with(&format!(
            "error: the database schema has 0 of {all} migrations; run `horizon-auth migrate apply` first\n"
        )),
        "{complaint}"
    );

    let migrated = installation.run(&["migrate", "apply", "--config", "horizon-auth.toml"]);
    assert!(migrated.status.success(), "{}", stderr(&migrated));
    let said = stdout(&migrated);
    for name in names() {
        assert!(
            said.contains(&format!("applying {name}\n")) && said.contains(&format!("applied {name} in ")),
            "{said}"
        );
    }
    assert!(
        said.ends_with(&format!(
            "applied {all} migrations; the schema is current ({all} in all)\n"
        )),
        "{said}"
    );

    // As it was typed before there were others.
    let again = installation.run(&["migrate", "--config", "horizon-auth.toml"]);
    assert!(again.status.success());
    assert_eq!(
        stdout(&again),
        format!("nothing to do: all {all} migrations are applied\n")
    );
    let after = installation.run(&["migrate", "--status"]);
    assert_eq!(after.status.code(), Some(0));
    assert!(stdout(&after).starts_with(&format!("{all} of {all} migrations are applied\n")));

    let json: Value =
        serde_json::from_str(&stdout(&installation.run(&["migrate", "status", "--json"]))).unwrap();
    assert_eq!(
        (&json["current"], &json["applied"]),
        (&Value::Bool(true), &Value::from(all))
    );
    let first = &json["migrations"][0];
    assert_eq!(
        (&first["name"], &first["state"]),
        (&Value::from("0001_initial"), &Value::from("applied"))
    );
    assert!(
        first["appliedAt"].as_str().unwrap().ends_with('Z') && first["tookMs"].is_number(),
        "{first}"
    );

    let verified = installation.run(&["migrate", "verify"]);
    assert!(verified.status.success(), "{}", stderr(&verified));
    assert!(stdout(&verified).ends_with("nothing differs from what they make\n"));

    let running = installation.serve();
    assert_eq!(running.get("/health/ready", "").status(), 200);
}

#[test]
fn a_person_migrates_production_on_sqlite() {
    the_whole_way("sqlite:auth.db");
}

#[tokio::test]
async fn a_person_migrates_production_on_postgres() {
    let database = Database::empty(Kind::Postgres).await;
    the_whole_way(&database.url);
}

#[test]
fn a_server_that_does_not_answer_is_said_not_to() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let installation = Installation::on(&format!("postgres://nobody:hunter2@127.0.0.1:{port}/none"), "");
    let refused = installation.run(&["migrate"]);
    assert_eq!(refused.status.code(), Some(1));
    let complaint = stderr(&refused);
    assert!(
        complaint.starts_with("error: the database schema: the database cannot be reached"),
        "{complaint}"
    );
    assert!(!complaint.contains("hunter2"), "{complaint}");
}

#[test]
fn a_plan_tells_what_would_be_done_and_makes_not_even_the_file() {
    let installation = Installation::new("");
    let before = files(installation.path());

    let plan = installation.run(&["migrate", "plan"]);
    let (code, script) = (
        installation.run(&["migrate", "plan", "--exit-code"]),
        installation.run(&["migrate", "plan", "--sql"]),
    );

    let listed = names().join("\n  ");
    assert_eq!(
        stdout(&plan),
        format!(
            "to apply, in this order: {} migrations\n  {listed}\n",
            names().len()
        )
    );
    assert_eq!((plan.status.code(), code.status.code()), (Some(0), Some(3)));
    assert_eq!(stderr(&code), "");
    assert!(stdout(&script).contains("\nCREATE TABLE users ("));
    assert_eq!(files(installation.path()), before);

    assert!(installation.run(&["migrate"]).status.success());
    let nothing = installation.run(&["migrate", "plan", "--exit-code"]);
    assert_eq!(nothing.status.code(), Some(0));
    assert!(stdout(&nothing).starts_with("nothing to do"));
}

both_engines! {
    drift_is_told_with_its_fix => |kind| async move {
        let database = Database::fresh(kind).await;
        let installation = Installation::on(&database.url, "");
        database.execute("DROP INDEX sessions_by_user").await;

        let verified = installation.run(&["migrate", "verify"]);

        assert_eq!(verified.status.code(), Some(1));
        assert_eq!(stderr(&verified), "error: 1 difference\n");
        let said = stdout(&verified);
        assert!(said.contains("index sessions_by_user of sessions: is missing") && said.contains("fix: CREATE INDEX"), "{said}");
    };

    a_schema_that_is_not_this_programs_is_refused_with_the_reason => |kind| async move {
        let database = Database::fresh(kind).await;
        let installation = Installation::on(&database.url, "");
        for (change, back, complaint) in [
            (
                "INSERT INTO _horizon_auth_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, 'from the future', success, checksum, 1 FROM _horizon_auth_migrations WHERE version = 1",
                "DELETE FROM _horizon_auth_migrations WHERE version = 9999",
                "9999_from_the_future",
            ),
            (
                "UPDATE _horizon_auth_migrations SET success = FALSE WHERE version = 3",
                "UPDATE _horizon_auth_migrations SET success = TRUE WHERE version = 3",
                "0003_many_nodes",
            ),
            (
                "UPDATE _horizon_auth_migrations SET checksum = (SELECT checksum FROM _horizon_auth_migrations WHERE version = 1) WHERE version = 2",
                "UPDATE _horizon_auth_migrations SET success = TRUE WHERE version = 1",
                "0002_account_life",
            ),
        ] {
            database.execute(change).await;
            for command in [&["serve"][..], &["migrate"], &["migrate", "plan"], &["migrate", "verify"]] {
                let refused = installation.run(command);
                assert_eq!(refused.status.code(), Some(1), "{command:?}");
                let said = stdout(&refused) + &stderr(&refused);
                assert!(said.contains(complaint), "{command:?}: {said}");
            }
            database.execute(back).await;
        }
    };

    of_two_at_once_one_applies_and_the_other_finds_nothing_to_do => |kind| async move {
        let database = Database::empty(kind).await;
        let installation = Installation::on(&database.url, "");

        let both = [installation.start(&["migrate", "apply"]), installation.start(&["migrate", "apply"])];
        let mut said: Vec<String> = both.into_iter().map(Said::until_it_ends).collect();

        said.sort_by_key(|said| said.contains("nothing to do"));
        assert!(said[0].contains("; the schema is current"), "{said:#?}");
        assert!(said[1].contains("nothing to do") && !said[1].contains("applying"), "{said:#?}");
    };

    who_waits_says_for_whom_and_gives_up_in_time => |kind| async move {
        let database = Database::empty(kind).await;
        let installation = Installation::on(&database.url, "");
        let held = database
            .hold(match kind {
                Kind::Sqlite => "BEGIN IMMEDIATE",
                Kind::Postgres => "SELECT pg_advisory_lock(hashtext('horizon-auth migrate'), hashtext(current_schema()))",
            })
            .await;

        let refused = installation.run(&["migrate", "apply", "--wait", "0"]);
        assert_eq!(refused.status.code(), Some(1));
        let holder = match kind {
            Kind::Sqlite => "another connection that writes to the file",
            Kind::Postgres => "server process ",
        };
        assert!(stderr(&refused).contains(holder) && stderr(&refused).contains("nothing was changed"), "{}", stderr(&refused));

        let mut waiting = installation.start(&["migrate", "apply"]);
        waiting.line_with("waiting, at most 60 s: another process holds the schema");
        held.release().await;
        assert!(waiting.until_it_ends().contains("the schema is current"));
    };

    a_failed_migration_is_named_with_what_to_do => |kind| async move {
        let database = Database::empty(kind).await;
        let installation = Installation::on(&database.url, "");
        database.execute("CREATE TABLE signing_keys (kid TEXT)").await;

        let failed = installation.run(&["migrate"]);

        assert_eq!(failed.status.code(), Some(1));
        let said = stderr(&failed);
        assert!(said.contains("the migration 0001_initial failed, and nothing of it was kept: "), "{said}");
        assert!(said.contains("caused by: ") && said.contains("signing_keys"), "{said}");
        assert!(stdout(&installation.run(&["migrate", "status"])).starts_with("0 of "));
    };
}
