//! `horizon-auth keys pepper`, and what the configuration makes of its file.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Installation, mode, run, stderr, stdout};

fn add(folder: &std::path::Path) -> std::process::Output {
    run(folder, &["keys", "pepper", "--out", "pepper"])
}

#[test]
fn a_pepper_is_made_for_its_owner_alone_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let made = add(folder.path());
    assert!(made.status.success(), "{}", stderr(&made));
    let file = folder.path().join("pepper");
    assert_eq!(mode(&file), 0o600);
    let text = std::fs::read_to_string(&file).unwrap();
    let key = text.strip_prefix("1:").unwrap().trim_end();
    assert_eq!(key.len(), 44, "32 bytes in base64");
    assert!(stdout(&made).contains("made pepper 1 in pepper"));
    assert!(stdout(&made).contains("pepper_file = \"pepper\""));
    assert!(!stdout(&made).contains(key) && !stderr(&made).contains(key));
}

#[test]
fn a_second_pepper_stands_above_the_first() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path());
    let file = folder.path().join("pepper");
    let before = std::fs::read_to_string(&file).unwrap();
    let made = add(folder.path());
    assert!(made.status.success(), "{}", stderr(&made));
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(
        after.starts_with("2:") && after.ends_with(&before),
        "the first line stays"
    );
    assert_eq!(after.lines().count(), 2);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn another_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pepper");
    for text in ["", "my notes, hush\n", "1:c2hvcnQ=\n"] {
        std::fs::write(&file, text).unwrap();
        let refused = add(folder.path());
        assert_eq!(refused.status.code(), Some(1));
        let said = stderr(&refused);
        assert!(
            said.starts_with("error: no pepper was added to pepper, which was left"),
            "{said}"
        );
        assert!(!said.contains("hush") && !said.contains("c2hvcnQ"));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
}

#[test]
fn the_service_takes_the_file_and_only_while_nobody_else_can_read_it() {
    let installation = Installation::new("");
    let config = installation.path().join("horizon-auth.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let named = text.replace("[hashing]", "[hashing]\npepper_file = \"pepper\"");
    std::fs::write(&config, named).unwrap();
    let missing = installation.run(&["config", "check"]);
    assert!(
        stderr(&missing).contains("hashing.pepper_file"),
        "{}",
        stderr(&missing)
    );
    add(installation.path());
    let private = installation.run(&["config", "check"]);
    assert!(private.status.success(), "{}", stderr(&private));
    let file = installation.path().join("pepper");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = installation.run(&["config", "check"]);
    assert_eq!(open.status.code(), Some(1));
    assert!(stderr(&open).contains("chmod 600"), "{}", stderr(&open));
}
