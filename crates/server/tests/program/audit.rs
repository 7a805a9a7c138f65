//! `horizon-auth audit`, beside a running server, on both engines.

use std::process::Stdio;

use horizon_auth_testkit::{Database, Kind, both_engines};
use serde_json::{Value, json};

use crate::support::{ANA, Installation, program, stderr, stdout};

/// A server on which Ana has registered, logged in, and once mistyped the password.
async fn site(kind: Kind) -> (Installation, Database) {
    let database = Database::fresh(kind).await;
    let installation = Installation::on(&database.url, "");
    let running = installation.serve();
    assert_eq!(running.post("/auth/register", "", ANA).status(), 201);
    assert_eq!(
        running
            .post("/auth/login", "user-agent: agent/1\r\n", ANA)
            .status(),
        200
    );
    let wrong = r#"{"email":"Ana@Example.com","password":"wrong horse battery"}"#;
    assert_eq!(running.post("/auth/login", "", wrong).status(), 401);
    (installation, database)
}

fn said(installation: &Installation, arguments: &[&str]) -> String {
    let output = installation.run(&[&["audit"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

fn events(installation: &Installation, arguments: &[&str]) -> Vec<Value> {
    let text = said(installation, &[arguments, &["--json"]].concat());
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn names(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect()
}

both_engines! {
    events_are_searched_by_person_kind_time_and_place => |kind| async move {
        let (installation, _database) = site(kind).await;
        let all = events(&installation, &["search", "--user", "ana@example.com"]);
        assert_eq!(names(&all), ["login_failed", "login_succeeded", "registered"]);
        let login = &all[1];
        assert_eq!((&login["level"], &login["tenantId"], &login["ip"]), (&json!("info"), &json!("default"), &json!("127.0.0.1")));
        assert_eq!(login["userAgent"], "agent/1");
        for field in ["timestamp", "userId", "sessionId", "requestId", "id"] {
            assert!(login[field].is_string(), "{field}: {login}");
        }
        assert_eq!(all[0]["email"], "a***@example.com", "a wrong password names no account, only a mask");
        assert_eq!(all[0].get("userId"), None);

        let id = login["userId"].as_str().unwrap();
        let search = |arguments: &[&str]| {
            let found = events(&installation, &[&["search"], arguments].concat());
            names(&found).join(" ")
        };
        assert_eq!(search(&["--user", id, "--oldest-first"]), "registered login_succeeded");
        assert_eq!(search(&["--kind", "login_failed", "--kind", "registered"]), "login_failed registered");
        assert_eq!(search(&["--level", "warn", "--tenant", "default"]), "login_failed");
        assert_eq!(search(&["--session", login["sessionId"].as_str().unwrap()]), "login_succeeded");
        assert_eq!(search(&["--request-id", login["requestId"].as_str().unwrap()]), "login_succeeded");
        assert_eq!(search(&["--ip", "127.0.0.1", "--user", id]), "login_succeeded registered");
        assert_eq!(search(&["--ip", "192.0.2.1"]), "");
        assert_eq!(search(&["--since", "1h", "--user", id]), "login_succeeded registered");
        assert_eq!(search(&["--until", "1h"]), "");
        assert_eq!(search(&["--since", login["timestamp"].as_str().unwrap(), "--user", id]), "login_succeeded");

        let first = installation.run(&["audit", "search", "--user", "ana@example.com", "--limit", "1", "--json"]);
        let cursor = all[0]["id"].as_str().unwrap();
        assert!(stderr(&first).contains(&format!("--cursor {cursor}")), "{}", stderr(&first));
        let rest = events(&installation, &["search", "--user", "ana@example.com", "--cursor", cursor]);
        assert_eq!(rest, all[1..]);

        let table = said(&installation, &["search", "--user", id]);
        assert!(table.starts_with("TIME  ") && table.lines().count() == 3, "{table}");
        assert!(!table.contains("ana@example.com"));
    };

    the_trail_is_followed_until_somebody_has_seen_enough => |kind| async move {
        let (installation, _database) = site(kind).await;
        let running = installation.serve();
        let last = events(&installation, &["tail", "-n", "2"]);
        assert_eq!(names(&last)[1], "login_failed", "the newest is the last line");

        let mut follower = program(installation.path())
            .args(["audit", "tail", "--follow", "--lines", "0", "--json", "--kind", "logged_out", "--kind", "login_succeeded"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It is told what happens after it has begun, so something happens until it speaks.
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(follower.stdout.take().unwrap()));
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || while let Some(Ok(line)) = lines.next() {
            let _ = sender.send(line);
        });
        let line = loop {
            assert!(matches!(running.post("/auth/login", "", ANA).status(), 200 | 429));
            if let Ok(line) = receiver.recv_timeout(std::time::Duration::from_secs(3)) {
                break line;
            }
        };
        let event: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(event["event"], "login_succeeded");
        let kill = format!("kill -INT {}", follower.id());
        assert!(std::process::Command::new("bash").args(["-c", &kill]).status().unwrap().success());
        let ended = follower.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), stderr(&ended)), (Some(0), String::new()));
    };
}

#[test]
fn what_cannot_be_searched_for_is_refused_with_the_option_and_a_hint() {
    let installation = Installation::new("");
    assert!(installation.run(&["migrate"]).status.success());
    for (arguments, text) in [
        (["--kind", "login_fail"], "did you mean login_failed?"),
        (["--since", "yesterday"], "--since must be an instant such as"),
        (
            ["--user", "ana"],
            "--user must be the id or the address of an account",
        ),
        (["--session", "1"], "--session must be an id"),
        (["--cursor", "1"], "--cursor must be an id"),
        (["--tenant", "nowhere"], "there is no tenant nowhere"),
    ] {
        let output = installation.run(&[&["audit", "search"], arguments.as_slice()].concat());
        assert_eq!(
            (output.status.code(), stdout(&output).as_str()),
            (Some(1), ""),
            "{arguments:?}"
        );
        assert!(stderr(&output).contains(text), "{}", stderr(&output));
    }
    let nobody = installation.run(&["audit", "search", "--user", "x@example.com"]);
    assert!(nobody.status.success());
    assert!(stderr(&nobody).contains("no account of the tenant default has this address"));
}
