//! `horizon-auth migrate`, on both engines.

use horizon_auth_testkit::{Database, Kind};

use crate::support::{Installation, stderr, stdout};

const PRODUCTION: &str = "environment = \"production\"\npublic_url = \"https://auth.example.com\"\n\
     mail.transport = \"smtp\"\nmail.from = \"auth@example.com\"\nmail.smtp_url = \"smtps://127.0.0.1:1\"\n";

fn the_whole_way(database: &str) {
    let installation = Installation::on(database, PRODUCTION);

    let before = installation.run(&["migrate", "--status"]);
    assert_eq!(before.status.code(), Some(1));
    assert_eq!(stdout(&before), "0 of 7 migrations are applied\n");
    assert_eq!(stderr(&before), "error: the schema is not current\n");

    let refused = installation.run(&["serve"]);
    assert_eq!(
        refused.status.code(),
        Some(1),
        "production does not migrate by itself"
    );
    let complaint = stderr(&refused);
    assert!(
        complaint.ends_with(
            "error: the database schema has 0 of 7 migrations; run `horizon-auth migrate` first\n"
        ),
        "{complaint}"
    );

    let migrated = installation.run(&["migrate", "--config", "horizon-auth.toml"]);
    assert!(migrated.status.success(), "{}", stderr(&migrated));
    assert_eq!(
        stdout(&migrated),
        "applied 7 migrations; the schema is current (7 in all)\n"
    );

    let again = installation.run(&["migrate"]);
    assert!(again.status.success());
    assert_eq!(stdout(&again), "nothing to do: all 7 migrations are applied\n");

    let after = installation.run(&["migrate", "--status"]);
    assert_eq!(after.status.code(), Some(0));
    assert_eq!(stdout(&after), "7 of 7 migrations are applied\n");

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
