//! The examples of docs/guide/migration.md are hashes that log in.

use std::path::Path;

use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_testkit::{Kind, Setup};

use super::{ANA, PASSWORD, put_hash};

/// The cells of the table's rows: system, settings, example.
fn rows(guide: &str) -> Vec<Vec<String>> {
    let table = guide
        .split("## Hash formats")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next());
    let lines = table.unwrap().lines().filter(|line| line.starts_with("| "));
    lines
        .skip(1)
        .map(|line| {
            line.trim_matches('|')
                .split(" | ")
                .map(|cell| cell.trim().trim_matches('`').to_owned())
                .collect()
        })
        .collect()
}

#[tokio::test]
async fn the_hashes_of_the_guide_log_in_with_the_settings_it_names() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/migration.md");
    let guide = std::fs::read_to_string(file).unwrap();
    assert!(
        guide.contains(PASSWORD),
        "the guide tells the password of its examples"
    );
    let rows = rows(&guide);
    assert!(rows.len() >= 6, "{rows:?}");
    let mut setup = Setup::new(Kind::Sqlite);
    setup.hashing.memory_mib = 64;
    let open = setup.clone().start().await;
    let ana = open.signed_in(ANA).await.user;
    for row in rows {
        let [system, setting, example] = &row[..] else {
            panic!("three cells: {row:?}")
        };
        let offered = PasswordHash::new(example.clone());
        put_hash(&open, ana.id, example).await;
        assert!(open.login(ANA).await.is_ok(), "{system}");
        put_hash(&open, ana.id, example).await;
        assert!(
            open.login_with(ANA, "not her password").await.is_err(),
            "{system}"
        );

        let mut hashing = setup.hashing;
        hashing.bcrypt = setting.contains("bcrypt_migration");
        hashing.foreign = setting.contains("foreign_migration");
        let can_verify = |hashing| {
            let entropy = std::sync::Arc::new(horizon_auth_adapters::system::SystemEntropy);
            let hasher = horizon_auth_core::crypto::password_hasher::PasswordHasher::new(hashing, entropy);
            hasher.unwrap().can_verify(&offered)
        };
        assert_eq!(can_verify(hashing), Ok(()), "{system}: the settings suffice");
        if hashing.bcrypt || hashing.foreign {
            (hashing.bcrypt, hashing.foreign) = (false, false);
            assert!(can_verify(hashing).is_err(), "{system}: the settings are needed");
        }
    }
}
