use horizon_auth::MigrationStatus;
use horizon_auth::config::Sources;
use horizon_auth::doctor::{ClockFacts, TableFacts};

use super::super::finding::State;
use super::*;

fn config(more: &str) -> Config {
    let text = format!("{more}\n[database]\nurl = \"postgres://h/d\"\nmax_connections = 20\n");
    let sources = Sources {
        file: Some(("test.toml", &text)),
        ..Sources::default()
    };
    Config::load(sources).unwrap()
}

fn facts() -> PostgresFacts {
    PostgresFacts {
        version_number: 150_004,
        version: "15.4".into(),
        latency: Duration::from_micros(400),
        clock: ClockFacts {
            ahead_millis: 0,
            uncertainty: Duration::ZERO,
        },
        max_connections: 100,
        reserved_connections: 3,
        open_connections: 5,
        is_standby: false,
        is_read_only: false,
        survives_power_cut: true,
        synchronous_commit: "on".into(),
        is_encrypted: false,
        is_remote: false,
        is_superuser: false,
    }
}

/// The state of one check about a server that is fine but for one thing.
fn state_of(check: &str, change: impl FnOnce(&mut PostgresFacts)) -> State {
    let mut facts = facts();
    change(&mut facts);
    let findings = postgres(&facts, &config(""));
    let found = findings.iter().find(|finding| finding.check == check);
    found.unwrap().state
}

#[test]
fn a_good_server_has_nothing_to_mend() {
    let findings = postgres(&facts(), &config(""));
    assert!(
        findings.iter().all(|finding| finding.fix.is_none()),
        "{findings:#?}"
    );
}

#[test]
fn what_loses_commits_or_takes_none_fails() {
    type Change = fn(&mut PostgresFacts);
    let failures: [(&str, Change); 6] = [
        ("database.reached", |facts| facts.version_number = 130_020),
        ("database.writable", |facts| facts.is_standby = true),
        ("database.writable", |facts| facts.is_read_only = true),
        ("database.durability", |facts| facts.survives_power_cut = false),
        ("database.durability", |facts| {
            facts.synchronous_commit = "off".into();
        }),
        ("database.connections", |facts| facts.max_connections = 20),
    ];
    for (check, change) in failures {
        assert_eq!(state_of(check, change), State::Failed, "{check}");
    }
    let warnings: [(&str, Change); 3] = [
        ("database.reached", |facts| {
            facts.latency = Duration::from_millis(25);
        }),
        ("database.connections", |facts| facts.max_connections = 40),
        ("database.encryption", |facts| facts.is_remote = true),
    ];
    for (check, change) in warnings {
        assert_eq!(state_of(check, change), State::Warning, "{check}");
    }
}

#[test]
fn a_schema_that_is_behind_stops_production_only() {
    let production = Environment::Production;
    for (applied, known, environment, state) in [
        (6, 6, production, State::Ok),
        (5, 6, production, State::Failed),
        (5, 6, Environment::Development, State::Warning),
        (7, 6, Environment::Development, State::Failed),
    ] {
        let report = DatabaseReport {
            server: ServerFacts::Postgres(facts()),
            schema: Ok(MigrationStatus { applied, known }),
            contents: None,
        };
        assert_eq!(schema(&report, environment).state, state, "{applied} of {known}");
    }
}

#[test]
fn the_file_system_of_a_path_is_the_one_mounted_nearest() {
    let mounts = "21 1 0:2 / / rw - ext4 /dev/sda rw\n\
                  30 21 0:9 / /srv rw,relatime shared:5 - nfs4 host:/x rw\n\
                  31 30 0:9 / /srv/local rw - xfs /dev/sdb rw\n";
    for (path, kind, state) in [
        ("/var/auth.db", "ext4", State::Ok),
        ("/srv/auth.db", "nfs4", State::Failed),
        ("/srv/local/auth.db", "xfs", State::Ok),
        ("/srvx/auth.db", "ext4", State::Ok),
    ] {
        let found = mounted_as(mounts, Path::new(path));
        assert_eq!((found, file_system(found).state), (Some(kind), state), "{path}");
    }
    assert_eq!(mounted_as("", Path::new("/a")), None);
}

#[test]
fn mails_that_wait_too_long_or_were_given_up_are_told() {
    let now = Timestamp::from_millis(10_000_000);
    let states = |change: fn(&mut TableFacts), sends| -> Vec<State> {
        let mut tables = TableFacts::default();
        change(&mut tables);
        let contents = Contents {
            tables,
            lost_hashes: Vec::new(),
            keys: Vec::new(),
            unopened_keys: Vec::new(),
        };
        let findings = judge_mails(&contents, now, sends);
        findings.iter().map(|finding| finding.state).collect()
    };
    assert_eq!(states(|_| {}, true), [State::Ok, State::Ok]);
    assert_eq!(
        states(|tables| tables.mails_waiting = 1, false)[0],
        State::Warning
    );
    assert_eq!(states(|tables| tables.mails_retried = 1, true)[0], State::Warning);
    assert_eq!(
        states(|tables| tables.mails_dead = 2, true),
        [State::Ok, State::Warning]
    );
    let late = |tables: &mut TableFacts| tables.mail_due_since = Some(Timestamp::from_millis(9_000_000));
    assert_eq!(states(late, true)[0], State::Warning);
}
