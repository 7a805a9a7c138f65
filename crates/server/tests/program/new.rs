//! `horizon-auth new axum`. That what it makes builds and runs, `scripts/scaffold` proves.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{mode, program, run, stderr, stdout};

const MADE: [&str; 13] = [
    ".env",
    ".env.example",
    ".gitignore",
    "Cargo.toml",
    "README.md",
    "compose.yaml",
    "horizon-auth.toml",
    "keys/sealing-key",
    "keys/signing-key.pem",
    "src/app.rs",
    "src/app/tests.rs",
    "src/auth.rs",
    "src/main.rs",
];
const SECRET: [&str; 3] = [".env", "keys/sealing-key", "keys/signing-key.pem"];

/// Everything in a folder, with who may do what; what a symbolic link leads to is not followed.
pub(crate) fn snapshot(folder: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, (u32, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let about = std::fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if about.is_dir() {
                found.insert(name + "/", (about.mode() & 0o777, Vec::new()));
                walk(root, &path, found);
            } else {
                let bytes = if about.is_file() {
                    std::fs::read(&path).unwrap()
                } else {
                    Vec::new()
                };
                found.insert(name, (about.mode() & 0o777, bytes));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

/// Runs the program where no file can have more than a kibibyte, as on a full disk.
pub(crate) fn run_with_a_full_disk(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("bash");
    command.args([
        "-c",
        "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"",
        env!("CARGO_BIN_EXE_horizon-auth"),
    ]);
    command
        .args(arguments)
        .env_clear()
        .env("LLVM_PROFILE_FILE", "/dev/null") // what coverage notes would meet the same limit
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Which of these files git passes over.
pub(crate) fn ignored<'a>(repository: &Path, files: &[&'a str]) -> Vec<&'a str> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(repository);
        // A hook that runs these tests says where its own repository is.
        command
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .env_remove("GIT_WORK_TREE");
        command.output().unwrap().status.success()
    };
    assert!(git(&["init", "--quiet"]));
    files
        .iter()
        .copied()
        .filter(|file| git(&["check-ignore", "--quiet", file]))
        .collect()
}

/// A project made in a folder of its own.
fn made(arguments: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &[&["new", "axum", "shop"], arguments].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    for file in MADE {
        assert!(
            stdout(&output).contains(&format!("create     {file}\n")),
            "{file}"
        );
    }
    assert!(stdout(&output).contains("\n  cd shop\n"));
    let root = folder.path().join("shop");
    (folder, root)
}

#[test]
fn a_project_has_its_files_and_git_and_other_users_see_no_secret() {
    let (_folder, root) = made(&[]);
    let found = snapshot(&root);
    let files: Vec<&str> = found
        .keys()
        .map(String::as_str)
        .filter(|name| !name.ends_with('/'))
        .collect();
    assert_eq!(files, MADE);
    for (name, (mode, _)) in &found {
        if SECRET.contains(&name.as_str()) || name == "keys/" {
            assert_eq!(mode & 0o077, 0, "{name} {mode:o}");
        }
    }
    assert_eq!(ignored(&root, &MADE), SECRET);

    let text = |name: &str| String::from_utf8(found[name].1.clone()).unwrap();
    // Lines of keys, and passwords.
    let secret_lines: Vec<String> = SECRET
        .iter()
        .flat_map(|name| text(name).lines().map(str::to_owned).collect::<Vec<_>>())
        .map(|line| {
            line.split_once("_PASSWORD=")
                .map_or(line.clone(), |(_, password)| password.to_owned())
        })
        .filter(|line| {
            line.len() > 40
                && line
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
        })
        .collect();
    assert!(
        secret_lines.len() > 20,
        "a key of 2048 bits and two passwords: {}",
        secret_lines.len()
    );
    for name in MADE.into_iter().filter(|name| !SECRET.contains(name)) {
        let text = text(name);
        assert!(
            !secret_lines.iter().any(|secret| text.contains(secret)),
            "{name} has a secret"
        );
        assert!(
            !text.contains("PRIVATE KEY") && text.ends_with('\n') && !text.contains("{{"),
            "{name}"
        );
    }
    for line in [
        "postgres:17",
        "redis:7",
        "127.0.0.1:5432:5432",
        "127.0.0.1:6379:6379",
        "noeviction",
        "appendonly yes",
    ] {
        assert!(text("compose.yaml").contains(line), "{line}");
    }
    assert!(text(".env.example").contains("\nPOSTGRES_PASSWORD=\nREDIS_PASSWORD=\n"));
}

#[test]
fn every_choice_makes_settings_that_are_valid_and_keys_that_sign() {
    for profile in ["token", "session"] {
        for database in ["sqlite", "postgres"] {
            let (_folder, root) = made(&["--profile", profile, "--database", database]);
            // As README.md says; `bash` reads .env as the application does.
            let checked = Command::new("bash")
                .args(["-c", "set -ea; . ./.env; \"$0\" config check && \"$0\" routes"])
                .arg(env!("CARGO_BIN_EXE_horizon-auth"))
                .env_clear()
                .current_dir(&root)
                .output()
                .unwrap();
            assert!(
                checked.status.success(),
                "{profile} {database}: {}",
                stderr(&checked)
            );
            let said = stdout(&checked);
            assert_eq!(said.contains("/auth/csrf"), profile == "session", "{said}");
            let settings = std::fs::read_to_string(root.join("horizon-auth.toml")).unwrap();
            assert_eq!(
                settings.contains("\nurl = \"sqlite:"),
                database == "sqlite",
                "{settings}"
            );
        }
    }
}

#[test]
fn every_project_has_keys_of_its_own() {
    let [one, other] = [made(&[]), made(&[])];
    for file in SECRET {
        let [one, other] = [&one.1, &other.1].map(|root| std::fs::read(root.join(file)).unwrap());
        assert_ne!(one, other, "{file}");
    }
}

#[test]
fn a_dry_run_shows_all_of_it_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let shown = run(folder.path(), &["new", "axum", "shop", "--dry-run"]);
    assert!(shown.status.success());
    assert_eq!(
        stdout(&shown).matches("  create     ").count(),
        MADE.len(),
        "{}",
        stdout(&shown)
    );
    assert!(snapshot(folder.path()).is_empty());
}

#[test]
fn a_name_that_is_none_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "../shop",
        "/tmp/shop",
        "a/b",
        "fn",
        "test",
        "2fast",
        "shop\n",
        "axum",
        "",
        "shop;id",
        ".",
        "$(id)",
    ] {
        let refused = run(folder.path(), &["new", "axum", name]);
        assert_eq!(refused.status.code(), Some(1), "{name}");
        assert!(stderr(&refused).contains("try another"), "{}", stderr(&refused));
    }
    assert!(snapshot(folder.path()).is_empty());
}

#[test]
fn a_folder_with_something_in_it_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("shop")).unwrap();
    std::fs::write(folder.path().join("shop/notes"), "mine").unwrap();
    std::fs::write(folder.path().join("file"), "mine").unwrap();
    symlink("nowhere", folder.path().join("link")).unwrap();
    let before = snapshot(folder.path());
    for (path, complaint) in [
        ("shop", "it has notes"),
        ("file", "cannot be read"),
        ("link", "cannot be read"),
        ("file/shop", "Not a directory"),
        ("/proc/none/shop", "cannot be made"),
    ] {
        let refused = run(folder.path(), &["new", "axum", "shop", "--path", path]);
        assert_eq!(refused.status.code(), Some(1), "{path}");
        assert!(
            stderr(&refused).contains(complaint),
            "{path}: {}",
            stderr(&refused)
        );
    }
    assert_eq!(snapshot(folder.path()), before);
}

#[test]
fn an_empty_repository_is_filled_and_deep_folders_are_made() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("cloned/.git")).unwrap();
    for path in ["cloned", "deep/er/shop"] {
        let made = run(folder.path(), &["new", "axum", "shop", "--path", path]);
        assert!(made.status.success(), "{}", stderr(&made));
        assert_eq!(mode(&folder.path().join(path).join("keys")), 0o700);
    }
}

#[test]
fn a_disk_that_is_full_midway_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let failed = run_with_a_full_disk(folder.path(), &["new", "axum", "shop", "--path", "deep/shop"]);
    assert_eq!(failed.status.code(), Some(1));
    let said = stderr(&failed);
    assert!(
        said.contains("cannot be written") && said.contains("nothing was changed"),
        "{said}"
    );
    assert!(snapshot(folder.path()).is_empty());
}

#[test]
fn a_checkout_takes_the_place_of_the_published_crate() {
    let folder = tempfile::tempdir().unwrap();
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap();
    let mut command = program(folder.path());
    let made = command
        .args(["new", "axum", "shop", "--horizon-auth-path"])
        .arg(&checkout)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", stderr(&made));
    let manifest = std::fs::read_to_string(folder.path().join("shop/Cargo.toml")).unwrap();
    let line = format!(
        "horizon-auth = {{ path = \"{}/crates/auth\", ",
        checkout.display()
    );
    assert!(manifest.contains(&line), "{manifest}");

    let refused = run(
        folder.path(),
        &["new", "axum", "other", "--horizon-auth-path", "shop"],
    );
    assert!(
        stderr(&refused).contains("neither the crate horizon-auth nor"),
        "{}",
        stderr(&refused)
    );
    assert!(!folder.path().join("other").exists());
}

#[test]
fn within_a_workspace_it_says_what_that_has_to_know() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = []\n").unwrap();
    let made = run(folder.path(), &["new", "axum", "shop"]);
    assert!(
        stdout(&made).contains("is the manifest of a workspace"),
        "{}",
        stdout(&made)
    );
    let manifest = std::fs::read_to_string(folder.path().join("shop/Cargo.toml")).unwrap();
    assert!(
        !manifest.contains("[profile"),
        "cargo warns of profiles in members: {manifest}"
    );
}
