//! `horizon-auth config check`, and how every command treats a bad configuration.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Installation, files, program, run, stderr, stdout};

#[test]
fn a_good_configuration_is_said_to_be_one_and_nothing_is_connected_or_made() {
    let installation = Installation::on("postgres://nobody@127.0.0.1:1/none", "");
    let before = files(installation.path());
    let checked = installation.run(&["config", "check"]);
    assert!(checked.status.success(), "{}", stderr(&checked));
    assert!(
        stdout(&checked).starts_with("the configuration is valid: Development, listening on 127.0.0.1:0")
    );
    assert_eq!(files(installation.path()), before);
}

#[test]
fn everything_that_is_wrong_is_reported_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = "environment = \"production\"\nlisten = \"nowhere\"\npublic_url = \"http://auth.example.com\"\n\
                [database]\nurl = \"mysql://root:hunter2@localhost/x\"\n[jwt]\naccess_token_ttl = \"a while\"\n\
                [rate_limt]\nlogin = \"5/1m\"\n[hashing]\npasses = 99\n";
    std::fs::write(folder.path().join("bad.toml"), text).unwrap();
    let checked = run(folder.path(), &["config", "check", "--config", "bad.toml"]);
    assert_eq!(checked.status.code(), Some(1));
    assert_eq!(stdout(&checked), "");
    let complaint = stderr(&checked);
    for word in [
        "listen",
        "public_url",
        "database.url",
        "jwt.access_token_ttl",
        "rate_limt",
        "hashing.passes",
    ] {
        assert!(complaint.contains(word), "{word} is missing in:\n{complaint}");
    }
    assert!(!complaint.contains("hunter2"), "{complaint}");
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest_known_name_by_every_command() {
    let installation = Installation::new("[refresh]\nidle_tll = \"7d\"\n");
    for command in [
        &["serve"][..],
        &["migrate"],
        &["keys", "list"],
        &["config", "check"],
    ] {
        let refused = installation.run(command);
        assert_eq!(refused.status.code(), Some(1), "{command:?}");
        let complaint = stderr(&refused);
        assert!(complaint.contains("refresh.idle_tll"), "{complaint}");
        assert!(
            complaint.contains("refresh.idle_ttl") || complaint.contains("\"idle_ttl\""),
            "{complaint}"
        );
    }
}

#[test]
fn an_unknown_variable_of_ours_is_refused_too() {
    let installation = Installation::new("");
    let refused = program(installation.path())
        .args(["config", "check"])
        .env("HORIZON_AUTH__REFRESH__IDEL_TTL", "7d")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("HORIZON_AUTH__REFRESH__IDLE_TTL"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(folder.path(), &["serve", "--config", "nowhere.toml"]);
    assert_eq!(refused.status.code(), Some(1));
    let complaint = stderr(&refused);
    assert!(
        complaint.starts_with("error: the configuration file nowhere.toml cannot be read"),
        "{complaint}"
    );
}

#[test]
fn a_private_key_that_others_can_read_is_refused() {
    let installation = Installation::new("");
    let key = files(&installation.path().join("keys")).remove(0);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("jwt.private_key_file"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn without_any_configuration_it_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(folder.path(), &["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    for setting in ["database.url", "jwt.private_key_file"] {
        assert!(
            stderr(&refused).contains(&format!("{setting} is missing")),
            "{}",
            stderr(&refused)
        );
    }
}
