//! The layout as rules: who may import whom, how long a file may be, what every statement must name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Files that are longer than 400 lines, each with the reason.
const LONG_FILES: &[(&str, &str)] = &[];
const LIMIT: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn rust_files(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() && !entry.ends_with("target") {
                walk(&entry, found);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                found.push(entry);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    let name = |path: &Path| path.strip_prefix(root()).unwrap().display().to_string();
    let mut files: Vec<_> = found
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

fn manifest(crate_folder: &str) -> toml::Table {
    let path = root().join("crates").join(crate_folder).join("Cargo.toml");
    fs::read_to_string(path).unwrap().parse().unwrap()
}

fn dependencies(crate_folder: &str) -> BTreeSet<String> {
    manifest(crate_folder)["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

#[test]
fn crates_depend_only_along_the_arrows() {
    let forbidden: &[(&str, &[&str])] = &[
        (
            "core",
            &[
                "axum",
                "hyper",
                "tower",
                "sqlx",
                "redis",
                "lettre",
                "clap",
                "horizon-auth*",
            ],
        ),
        (
            "adapters",
            &[
                "axum",
                "hyper",
                "tower",
                "clap",
                "horizon-auth",
                "horizon-auth-http",
                "horizon-auth-server",
            ],
        ),
        (
            "http",
            &[
                "sqlx",
                "redis",
                "lettre",
                "clap",
                "horizon-auth",
                "horizon-auth-adapters",
                "horizon-auth-server",
            ],
        ),
        ("auth", &["sqlx", "redis", "clap", "hyper", "horizon-auth-server"]),
        (
            "server",
            &[
                "sqlx",
                "redis",
                "horizon-auth-core",
                "horizon-auth-adapters",
                "horizon-auth-http",
            ],
        ),
    ];
    for (name, banned) in forbidden {
        for dependency in dependencies(name) {
            let hit = banned.iter().any(|ban| match ban.strip_suffix('*') {
                Some(prefix) => dependency.starts_with(prefix),
                None => dependency == *ban,
            });
            assert!(!hit, "crates/{name} must not depend on {dependency}");
        }
    }
    for name in ["core", "adapters", "http", "auth", "server"] {
        assert!(
            !dependencies(name).contains("horizon-auth-testkit"),
            "crates/{name} must not depend on fixtures"
        );
    }
}

#[test]
fn the_native_addon_knows_the_facade_only_and_holds_no_unsafe_code_of_its_own() {
    let allowed = [
        "async-trait",
        "axum",
        "base64",
        "horizon-auth",
        "napi",
        "napi-derive",
        "percent-encoding",
        "serde",
        "serde_json",
        "tokio",
        "tower",
        "tracing",
    ];
    for dependency in dependencies("../node/native") {
        assert!(
            allowed.contains(&dependency.as_str()),
            "node/native must not depend on {dependency}"
        );
    }
    for (name, text) in rust_files("node/native/src") {
        assert!(!text.contains("unsafe"), "{name}: only what `#[napi]` writes may be unsafe");
    }
}

#[test]
fn modules_of_core_import_only_downwards() {
    // What a folder must not mention. Tests stand in `*_tests.rs` or below `mod tests` and may reach up.
    let rules: &[(&str, &[&str])] = &[
        (
            "crates/core/src/domain",
            &[
                "crate::ports",
                "crate::crypto",
                "crate::auth",
                "crate::flows",
                "crate::error",
            ],
        ),
        (
            "crates/core/src/ports",
            &["crate::crypto", "crate::auth", "crate::flows", "crate::error"],
        ),
        (
            "crates/core/src/crypto",
            &[
                "crate::auth",
                "crate::flows",
                "crate::ports::store",
                "crate::ports::cache",
            ],
        ),
        ("crates/core/src/flows", &["axum", "sqlx"]),
    ];
    for (folder, banned) in rules {
        for (name, text) in rust_files(folder) {
            let code = text.split("#[cfg(test)]").next().unwrap();
            for ban in *banned {
                assert!(!code.contains(ban), "{name} must not import {ban}");
            }
        }
    }
    let upwards = ["auth.rs", "error.rs", "flights.rs"];
    for file in upwards {
        let text = fs::read_to_string(root().join("crates/core/src").join(file)).unwrap();
        assert!(!text.contains("crate::flows"), "{file} must not import flows");
    }
}

#[test]
fn no_file_is_longer_than_400_lines_without_a_reason() {
    let mut too_long = Vec::new();
    for (name, text) in ["crates", "bench", "node/native"].into_iter().flat_map(rust_files) {
        let excused = LONG_FILES.iter().any(|(file, _)| *file == name);
        let lines = text.lines().count();
        if lines > LIMIT && !excused {
            too_long.push(format!("{name}: {lines} lines"));
        }
        assert!(
            !excused || lines > LIMIT,
            "{name} is short again: take it off the list"
        );
    }
    assert!(
        too_long.is_empty(),
        "split these, or list them with a reason: {too_long:#?}"
    );
}

/// The SQL literals of a file, as far as they mention a table.
fn statements(text: &str) -> Vec<String> {
    let literals = text.split('"').skip(1).step_by(2);
    let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
    literals
        .map(|literal| literal.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|literal| verbs.iter().any(|verb| literal.starts_with(verb)))
        .collect()
}

#[test]
fn every_statement_on_a_table_of_a_tenant_names_the_tenant() {
    // Found by a digest or key that belongs to one tenant, or housekeeping across all of them.
    let exempt = [
        "sweep.rs",
        "lives.rs",
        "migrate.rs",
        "connect.rs",
        "keys.rs",
        "facts.rs",
    ];
    let tables = [
        "users",
        "passwords",
        "roles",
        "user_roles",
        "sessions",
        "refresh_tokens",
        "one_time_tokens",
        "outbox",
        "roles",
        "audit_events",
    ];
    let mut seen = 0;
    for (name, text) in rust_files("crates/adapters/src/sql") {
        if exempt.iter().any(|file| name.ends_with(file)) {
            continue;
        }
        for statement in statements(&text) {
            let mentions = |table: &str| {
                statement
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|word| word == table)
            };
            if !tables.iter().any(|table| mentions(table)) {
                continue;
            }
            seen += 1;
            let by_digest = statement.contains("digest = $1");
            assert!(
                statement.contains("tenant_id") || by_digest,
                "{name}: no tenant in: {statement}"
            );
        }
    }
    assert!(
        seen > 20,
        "only {seen} statements found: the search has gone blind"
    );
}

#[test]
fn sql_is_never_built_from_strings() {
    for (name, text) in rust_files("crates/adapters/src/sql") {
        for needle in ["AssertSqlSafe", "QueryBuilder", "raw_sql"] {
            assert!(!text.contains(needle), "{name} uses {needle}");
        }
    }
}

#[test]
fn every_method_of_a_storage_port_has_a_contract_test() {
    let contract: String = rust_files("crates/testkit/tests/contract")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    for (name, text) in rust_files("crates/core/src/ports/store") {
        for method in text
            .split("async fn ")
            .skip(1)
            .map(|rest| rest.split('(').next().unwrap())
        {
            assert!(
                contract.contains(&format!(".{method}(")),
                "{name}: no contract test calls {method}"
            );
        }
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeSet<_> {
        let folder = root().join("crates/adapters/migrations").join(engine);
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect()
    };
    assert_eq!(names("postgres"), names("sqlite"));
}

#[test]
fn every_test_runs() {
    for (name, text) in rust_files("crates") {
        let marker = concat!("#[", "ignore");
        assert!(!text.contains(marker), "{name} skips a test");
    }
}
