//! The migrations that this program brings along. Their texts are files of the same names for both engines.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Name and text of every file, oldest first. A released one is never edited: its checksum is in people's databases.
macro_rules! files {
    ($folder:literal) => {
        files!(
            $folder,
            "0001_initial",
            "0002_account_life",
            "0003_many_nodes",
            "0004_library",
            "0005_keys",
            "0006_tenant_sessions",
            "0007_lives",
            "0008_audit_search"
        )
    };
    ($folder:literal, $($name:literal),*) => {
        &[$(($name, include_str!(concat!("../../migrations/", $folder, "/", $name, ".sql")))),*]
    };
}

#[cfg(feature = "postgres")]
const POSTGRES: &[(&str, &str)] = files!("postgres");
#[cfg(feature = "sqlite")]
const SQLITE: &[(&str, &str)] = files!("sqlite");

#[cfg(feature = "postgres")]
pub(super) fn postgres() -> Migrator {
    migrator(POSTGRES)
}

#[cfg(feature = "sqlite")]
pub(super) fn sqlite() -> Migrator {
    migrator(SQLITE)
}

fn migrator(files: &'static [(&str, &str)]) -> Migrator {
    Migrator::with_migrations(
        files
            .iter()
            .filter_map(|&(name, text)| migration(name, text))
            .collect(),
    )
}

/// `0002_account_life` is the second and called `account life`.
fn migration(name: &'static str, text: &'static str) -> Option<Migration> {
    let (version, description) = name.split_once('_')?;
    Some(Migration::new(
        version.parse().ok()?,
        Cow::Owned(description.replace('_', " ")),
        MigrationType::Simple,
        text.into_sql_str(),
        false,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_folder(engine: &str) -> Vec<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(engine);
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn listed(files: &[(&str, &str)]) -> Vec<String> {
        files.iter().map(|(name, _)| format!("{name}.sql")).collect()
    }

    #[test]
    fn every_file_is_listed_once_and_numbered_in_order() {
        #[cfg(feature = "postgres")]
        assert_eq!(listed(POSTGRES), in_folder("postgres"));
        #[cfg(feature = "sqlite")]
        assert_eq!(listed(SQLITE), in_folder("sqlite"));
        let all = [
            #[cfg(feature = "postgres")]
            postgres(),
            #[cfg(feature = "sqlite")]
            sqlite(),
        ];
        for migrator in all {
            let versions: Vec<_> = migrator.iter().map(|migration| migration.version).collect();
            let counted: Vec<_> = (1..=i64::try_from(versions.len()).unwrap()).collect();
            assert_eq!(versions, counted);
        }
    }
}
