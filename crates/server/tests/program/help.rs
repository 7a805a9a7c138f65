//! Help texts, letter by letter: they are the manual.

use std::fmt::Write as _;
use std::path::Path;

use crate::support::{run, stderr, stdout};

const COMMANDS: [(&str, &[&str]); 43] = [
    ("horizon-auth", &[]),
    ("dev", &["dev"]),
    ("serve", &["serve"]),
    ("migrate", &["migrate"]),
    ("doctor", &["doctor"]),
    ("health", &["health"]),
    ("users", &["users"]),
    ("users-create", &["users", "create"]),
    ("users-list", &["users", "list"]),
    ("users-show", &["users", "show"]),
    ("users-disable", &["users", "disable"]),
    ("users-enable", &["users", "enable"]),
    ("users-delete", &["users", "delete"]),
    ("users-set-roles", &["users", "set-roles"]),
    ("users-grant", &["users", "grant"]),
    ("users-revoke-role", &["users", "revoke-role"]),
    ("users-reset-password", &["users", "reset-password"]),
    ("users-sessions", &["users", "sessions"]),
    ("users-end-sessions", &["users", "end-sessions"]),
    ("users-import", &["users", "import"]),
    ("users-export", &["users", "export"]),
    ("roles", &["roles"]),
    ("roles-list", &["roles", "list"]),
    ("roles-create", &["roles", "create"]),
    ("roles-delete", &["roles", "delete"]),
    ("audit", &["audit"]),
    ("audit-search", &["audit", "search"]),
    ("audit-tail", &["audit", "tail"]),
    ("routes", &["routes"]),
    ("tenants", &["tenants"]),
    ("tenants-list", &["tenants", "list"]),
    ("tenants-create", &["tenants", "create"]),
    ("tenants-disable", &["tenants", "disable"]),
    ("tenants-enable", &["tenants", "enable"]),
    ("keys", &["keys"]),
    ("keys-generate", &["keys", "generate"]),
    ("keys-list", &["keys", "list"]),
    ("keys-rotate", &["keys", "rotate"]),
    ("keys-retire", &["keys", "retire"]),
    ("keys-revoke", &["keys", "revoke"]),
    ("keys-pepper", &["keys", "pepper"]),
    ("config", &["config"]),
    ("config-check", &["config", "check"]),
];

#[test]
fn every_command_explains_itself_as_in_its_snapshot() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help");
    for (name, words) in COMMANDS {
        let shown = run(Path::new("."), &[words, &["--help"]].concat());
        assert!(shown.status.success());
        let expected = std::fs::read_to_string(here.join(format!("{name}.txt"))).unwrap_or_default();
        let typed = words.join(" ");
        assert!(
            stdout(&shown) == expected,
            "the help of `horizon-auth {typed}` is not the one of crates/server/tests/help/{name}.txt. If it should \
             change, run\n  cargo run -p horizon-auth-server -- {typed} --help > crates/server/tests/help/{name}.txt\n\
             and read the difference.\n\n{}",
            stdout(&shown)
        );
    }
}

/// The commands that a help text names.
fn below(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let named = lines
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "));
    let words = named.filter_map(|line| line.split_whitespace().next());
    words.filter(|word| *word != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_a_snapshot() {
    for (name, words) in COMMANDS {
        for command in below(&stdout(&run(Path::new("."), &[words, &["--help"]].concat()))) {
            let mut typed = words.to_vec();
            typed.push(&command);
            assert!(
                COMMANDS.iter().any(|(_, known)| *known == typed),
                "{name} {command}"
            );
        }
    }
}

/// `UPDATE_REFERENCE=1` writes it.
#[test]
#[expect(clippy::disallowed_methods, reason = "the switch of this test")]
fn the_page_of_commands_is_the_help_texts() {
    let mut page = String::from(
        "# Commands\n\nGenerated from the help texts: `horizon-auth COMMAND --help` says the same.\n",
    );
    for (_, words) in COMMANDS {
        let shown = stdout(&run(Path::new("."), &[words, &["--help"]].concat()));
        let title = ["horizon-auth"]
            .iter()
            .chain(words)
            .copied()
            .collect::<Vec<_>>()
            .join(" ");
        let text = shown.trim_end();
        writeln!(page, "\n## {title}\n\n```text\n{text}\n```").unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/cli.md");
    if std::env::var("UPDATE_REFERENCE").is_ok() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "docs/reference/cli.md is stale: UPDATE_REFERENCE=1 cargo test -p horizon-auth-server --test program help"
    );
}

#[test]
fn every_help_text_fits_a_terminal_and_ends_with_an_example_where_there_is_something_to_type() {
    for (name, words) in COMMANDS {
        let shown = stdout(&run(Path::new("."), &[words, &["--help"]].concat()));
        for line in shown.lines() {
            assert!(line.chars().count() <= 100, "{name}: {line}");
        }
        assert!(shown.contains("Usage: horizon-auth"), "{name}");
    }
}

#[test]
fn the_version_is_the_one_of_the_package() {
    let shown = run(Path::new("."), &["--version"]);
    assert_eq!(
        stdout(&shown),
        format!("horizon-auth {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn without_a_command_or_with_a_misspelt_one_it_says_what_there_is() {
    let nothing = run(Path::new("."), &[]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(stderr(&nothing).contains("Usage: horizon-auth"));
    let misspelt = run(Path::new("."), &["serv"]);
    assert_eq!(misspelt.status.code(), Some(2));
    assert!(stderr(&misspelt).contains("'serve'"), "{}", stderr(&misspelt));
}
