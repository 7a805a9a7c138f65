//! `horizon-auth init`, in projects of all kinds.

use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::new::{ignored, run_with_a_full_disk, snapshot};
use crate::support::{run, stderr, stdout};

const MANIFEST: &str =
    "[package]\nname = \"shop\" # sells\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n";
const HELLO: &str = "fn main() {\n    println!(\"Hello, world!\");\n}\n";

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// What `cargo new` makes.
fn fresh() -> TempDir {
    project(&[
        ("Cargo.toml", MANIFEST),
        ("src/main.rs", HELLO),
        (".gitignore", "/target\n"),
    ])
}

fn text(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn a_fresh_cargo_project_becomes_the_application_and_a_second_run_does_nothing() {
    let project = fresh();
    let done = run(project.path(), &["init", "--yes"]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(text(&project, "Cargo.toml").starts_with(MANIFEST));
    assert!(text(&project, "Cargo.toml").contains("\nhorizon-auth = { version = "));
    assert!(text(&project, "src/main.rs").contains("mod auth;"));
    let secret = [".env", "keys/sealing-key", "keys/signing-key.pem"];
    assert_eq!(
        ignored(
            project.path(),
            &[&secret[..], &["Cargo.toml", "compose.yaml"]].concat()
        ),
        secret
    );

    let before = snapshot(project.path());
    for arguments in [&["init"][..], &["init", "--yes"], &["init", "--dry-run"]] {
        let again = run(project.path(), arguments);
        assert!(again.status.success());
        assert!(
            stdout(&again).starts_with("nothing to do in .:\n"),
            "{}",
            stdout(&again)
        );
        assert_eq!(snapshot(project.path()), before);
    }
}

#[test]
fn what_new_made_is_complete_and_a_clone_gets_keys_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["new", "axum", "shop"]).status.success());
    let root = folder.path().join("shop");
    let again = run(&root, &["init"]);
    assert!(stdout(&again).starts_with("nothing to do"), "{}", stdout(&again));

    let before = snapshot(&root);
    std::fs::remove_dir_all(root.join("keys")).unwrap();
    std::fs::remove_file(root.join(".env")).unwrap();
    let mended = run(&root, &["init"]);
    assert!(
        mended.status.success(),
        "nothing is changed, so nobody is asked: {}",
        stderr(&mended)
    );
    let after = snapshot(&root);
    for (name, found) in &before {
        let is_fresh = [".env", "keys/sealing-key", "keys/signing-key.pem"].contains(&name.as_str());
        assert_eq!(after[name].0, found.0, "{name}");
        assert_eq!(after[name].1 != found.1, is_fresh, "{name}");
    }
}

#[test]
fn somebodys_own_files_stay_byte_for_byte_and_the_lines_to_add_are_told() {
    let own = [
        ("src/main.rs", "fn main() { println!(\"my shop\"); }\n"),
        ("README.md", "# My shop\n"),
        ("compose.yaml", "services: {}\n"),
        (".env", "DATABASE_URL=sqlite:mine.db\n"),
        ("horizon-auth.toml", "[jwt]\nprivate_key_file = \"mine.pem\"\n"),
    ];
    let project = project(&[&own[..], &[("Cargo.toml", MANIFEST)]].concat());
    let done = run(project.path(), &["init", "--yes"]);
    assert!(done.status.success(), "{}", stderr(&done));
    for (name, before) in own {
        assert_eq!(text(&project, name), before);
    }
    for name in ["README.md", "compose.yaml", ".env", "horizon-auth.toml"] {
        assert!(
            stdout(&done).contains(&format!("  keep       {name}\n")),
            "{}",
            stdout(&done)
        );
    }
    assert!(stdout(&done).contains("\n  mod auth;\n"), "{}", stdout(&done));
    assert!(
        !project.path().join("keys").exists(),
        "the settings name another key"
    );
    assert!(
        !project.path().join("src/app.rs").exists(),
        "the sample is for empty projects"
    );
    assert!(text(&project, ".gitignore").contains("\n/.env\n"));
    assert!(!text(&project, "Cargo.toml").contains("serde_json"));

    std::fs::write(project.path().join("src/main.rs"), "mod auth;\nfn main() {}\n").unwrap();
    let again = stdout(&run(project.path(), &["init"]));
    assert!(
        again.starts_with("nothing to do") && !again.contains("mod auth;"),
        "{again}"
    );
}

#[test]
fn hello_world_stays_where_a_module_of_the_samples_name_is_somebodys_own() {
    let project = fresh();
    std::fs::write(project.path().join("src/app.rs"), "// mine\n").unwrap();
    let done = run(project.path(), &["init", "--yes"]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(text(&project, "src/main.rs"), HELLO);
    assert_eq!(text(&project, "src/app.rs"), "// mine\n");
    assert!(stdout(&done).contains("\n  mod auth;\n"));
}

#[test]
fn a_dry_run_shows_the_differences_and_touches_nothing() {
    let project = fresh();
    let before = snapshot(project.path());
    let shown = run(project.path(), &["init", "--dry-run"]);
    assert!(shown.status.success());
    let said = stdout(&shown);
    for line in [
        "  change     Cargo.toml",
        "  create     keys/signing-key.pem",
        "--- a/.gitignore",
        "+/.env",
        "-fn main() {",
    ] {
        assert!(said.lines().any(|known| known == line), "no {line} in\n{said}");
    }
    assert_eq!(snapshot(project.path()), before);
}

#[test]
fn without_a_yes_nothing_is_changed() {
    let project = fresh();
    let before = snapshot(project.path());
    let refused = run(project.path(), &["init"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("nobody to ask") && stderr(&refused).contains("--yes"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(snapshot(project.path()), before);

    for (answer, is_done) in [("\n", false), ("no\n", false), ("y\n", true)] {
        let program = format!("{} init", env!("CARGO_BIN_EXE_horizon-auth"));
        // A terminal, as a person has one.
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--command", &program, "/dev/null"])
            .current_dir(project.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(
            stdout(&output).contains("change 3 files as shown"),
            "{}",
            stdout(&output)
        );
        assert_eq!(
            output.status.success(),
            is_done,
            "{answer:?}: {}",
            stdout(&output)
        );
        assert_eq!(snapshot(project.path()) != before, is_done, "{answer:?}");
    }
}

#[test]
fn symbolic_links_are_not_written_through() {
    for (link, target) in [
        ("keys", "elsewhere"),
        (".env", "nowhere"),
        ("src/auth.rs", "../README"),
        ("Cargo.toml", "real.toml"),
        (".gitignore", "real.toml"),
    ] {
        let project = fresh();
        std::fs::create_dir(project.path().join("elsewhere")).unwrap();
        std::fs::write(project.path().join("real.toml"), MANIFEST).unwrap();
        let path = project.path().join(link);
        let _ = std::fs::remove_file(&path); // it may not be there
        symlink(target, &path).unwrap();
        let before = snapshot(project.path());
        let refused = run(project.path(), &["init", "--yes"]);
        assert_eq!(refused.status.code(), Some(1), "{link}");
        assert!(
            stderr(&refused).contains(&format!("{link} is a symbolic link")),
            "{}",
            stderr(&refused)
        );
        assert_eq!(snapshot(project.path()), before);
    }
}

#[test]
fn a_folder_or_a_file_of_the_wrong_kind_is_named() {
    for (name, complaint) in [
        (".env/x", ".env is a folder where a file belongs"),
        ("keys", "keys is a file where a folder belongs"),
    ] {
        let project = fresh();
        let path = project.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "mine").unwrap();
        let before = snapshot(project.path());
        let refused = run(project.path(), &["init", "--yes"]);
        assert!(stderr(&refused).contains(complaint), "{}", stderr(&refused));
        assert_eq!(snapshot(project.path()), before);
    }
}

#[test]
fn a_disk_that_is_full_midway_leaves_everything_as_it_was() {
    let project = fresh();
    let before = snapshot(project.path());
    let failed = run_with_a_full_disk(project.path(), &["init", "--yes"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        stderr(&failed).contains("nothing was changed"),
        "{}",
        stderr(&failed)
    );
    assert_eq!(snapshot(project.path()), before);
}

#[test]
fn what_is_no_project_with_a_program_is_refused_with_the_fix() {
    let library = MANIFEST.replace("shop", "lib");
    let old = format!("{MANIFEST}axum = \"0.7\"\n");
    for (files, fix) in [
        (&[][..], "new axum NAME"),
        (
            &[("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n")],
            "--path DIR",
        ),
        (
            &[("Cargo.toml", library.as_str()), ("src/lib.rs", "")],
            "src/main.rs",
        ),
        (&[("Cargo.toml", "[package\n"), ("src/main.rs", HELLO)], "line 1"),
        (
            &[("Cargo.toml", old.as_str()), ("src/main.rs", HELLO)],
            "axum 0.7, and 0.8 is needed",
        ),
    ] {
        let project = project(files);
        let before = snapshot(project.path());
        let refused = run(project.path(), &["init", "--yes"]);
        assert_eq!(refused.status.code(), Some(1), "{files:?}");
        assert!(stderr(&refused).contains(fix), "{}", stderr(&refused));
        assert_eq!(snapshot(project.path()), before);
    }
    let refused = run(Path::new("/"), &["init", "--path", "/nowhere/at/all"]);
    assert!(
        stderr(&refused).contains("/nowhere/at/all has no Cargo.toml"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn a_member_of_a_workspace_is_told_what_only_the_workspace_can_say() {
    let project = project(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"web\"]\n"),
        ("web/Cargo.toml", MANIFEST),
        ("web/src/main.rs", HELLO),
    ]);
    let done = run(project.path(), &["init", "--path", "web", "--yes"]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(!text(&project, "web/Cargo.toml").contains("[profile"));
    assert!(
        stdout(&done).contains("[profile.dev.package.\"*\"]"),
        "{}",
        stdout(&done)
    );
    assert_eq!(text(&project, "Cargo.toml"), "[workspace]\nmembers = [\"web\"]\n");
}
