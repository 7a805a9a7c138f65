//! `horizon-auth dev`: the first minute with the program.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{ANA, Running, files, mode, program, stderr};

fn dev(folder: &Path, environment: &[(&str, &str)]) -> Running {
    let mut command = program(folder);
    command
        .args(["dev", "--listen", "127.0.0.1:0"])
        .envs(environment.iter().copied());
    Running::start(command)
}

/// Pastes lines into bash; what each of them prints.
fn paste(lines: &[String], folder: &Path) -> Vec<String> {
    let mut shell = Command::new("bash")
        .arg("--norc")
        .env("TMPDIR", folder)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A record separator after each line tells their outputs apart.
    let script = lines.join("\nprintf '\\036'\n") + "\nprintf '\\036'\n";
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(stderr(&output), "", "no line makes the shell complain");
    let printed = String::from_utf8(output.stdout).unwrap();
    printed.split_terminator('\u{1e}').map(str::to_owned).collect()
}

#[test]
fn every_line_that_it_prints_works_when_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let running = dev(folder.path(), &[]);
    let mut lines = Vec::new();
    while lines
        .iter()
        .filter(|line: &&String| line.ends_with("/auth/verify-email"))
        .count()
        < 1
    {
        lines.push(running.line_with(""));
    }
    let lines: Vec<String> = lines
        .into_iter()
        .filter_map(|line| line.strip_prefix("  ").map(str::to_owned))
        .collect();
    let printed = paste(&lines, folder.path());
    assert_eq!(printed.len(), lines.len());

    let curls = lines
        .iter()
        .zip(&printed)
        .filter(|(line, _)| line.starts_with("curl"));
    let answers: Vec<Value> = curls
        .map(|(line, printed)| serde_json::from_str(printed).unwrap_or_else(|_| panic!("{line}\n{printed}")))
        .collect();
    let [register, profile, refresh, jwks, logout, refused, verified] = answers.as_slice() else {
        panic!("seven calls, not {}", answers.len());
    };
    assert_eq!(register["user"]["email"], "ana@example.com");
    assert_eq!(profile["email"], "ana@example.com");
    assert!(refresh["accessToken"].is_string(), "{refresh}");
    assert_eq!(jwks["keys"][0]["alg"], "RS256");
    assert_eq!(logout["message"], "Logged out");
    assert_eq!(refused["code"], "token_revoked");
    assert!(verified["message"].is_string(), "{verified}");
    // Everything else only sets variables or comments.
    for (line, printed) in lines
        .iter()
        .zip(&printed)
        .filter(|(line, _)| !line.starts_with("curl"))
    {
        assert_eq!(printed, "", "{line}");
    }
}

#[test]
fn the_folder_is_the_owners_alone_and_the_second_start_finds_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("horizon-auth-data");
    let mut first = dev(folder.path(), &[]);
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("signing-key.pem")), 0o600);
    let key = std::fs::read(data.join("signing-key.pem")).unwrap();
    let registered = first.post("/auth/register", "", ANA);
    assert_eq!(registered.status(), 201, "{registered:?}");
    first.terminate();
    assert!(first.wait().success());

    let second = dev(folder.path(), &[]);
    assert_eq!(std::fs::read(data.join("signing-key.pem")).unwrap(), key);
    let bearer = format!("authorization: Bearer {}\r\n", registered.access_token());
    let profile = second.get("/auth/profile", &bearer);
    assert_eq!(profile.json()["email"], "ana@example.com");
    assert_eq!(second.post("/auth/login", "", ANA).status(), 200);
    assert_eq!(files(folder.path()), [data], "it writes nowhere else");
}

#[test]
fn variables_of_other_projects_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let running = dev(
        folder.path(),
        &[
            ("DATABASE_URL", "postgres://somebody@127.0.0.1:1/precious"),
            ("JWT_PRIVATE_KEY", "not a key"),
            ("NODE_ENV", "production"),
            ("PORT", "1"),
            ("COOKIE_SECURE", "maybe"),
        ],
    );
    assert!(running.get("/health/ready", "").0.contains(r#""status":"ready""#));
    assert!(folder.path().join("horizon-auth-data/horizon-auth.db").exists());
}

#[test]
fn our_own_variables_are_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let running = dev(folder.path(), &[("HORIZON_AUTH__HTTP__JWKS_MAX_AGE", "7s")]);
    let jwks = running.get("/.well-known/jwks.json", "");
    assert_eq!(jwks.header("cache-control"), "public, max-age=7");
}

#[test]
fn a_folder_of_any_name_is_as_good_as_any_other() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["my data/50% é", "a%20b", "who?mode=ro", "it's", "a#b"] {
        let mut command = program(folder.path());
        command.args(["dev", "--listen", "127.0.0.1:0", "--data", name]);
        let running = Running::start(command);
        assert_eq!(running.get("/health/ready", "").status(), 200, "{name}");
        let data = folder.path().join(name);
        assert!(
            data.join("horizon-auth.db").exists(),
            "{name}: {:?}",
            files(&data)
        );
    }
}
