//! A configuration that may be wrong, as far as it can be used all the same: for `horizon-auth doctor`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::check;
use super::error::{Place, Problem};
use super::source::Given;
use super::value::Raw;
use super::{Config, Sources, source};

/// A configuration, and everything that is wrong with it.
#[derive(Clone, Debug)]
pub struct Examined {
    /// What can be used of it; `None` if that is nothing.
    pub config: Option<Config>,
    /// In the order they were found.
    pub problems: Vec<Problem>,
    /// The files that only their owner should read, each with its setting.
    pub private_files: Vec<(&'static str, PathBuf)>,
    replaced: BTreeSet<String>,
}

impl Examined {
    /// Whether the settings of a section, such as `mail`, are those that were given. Where they could not be used
    /// at all, harmless ones stand in for them.
    #[must_use]
    pub fn is_given(&self, section: &str) -> bool {
        self.config.is_some() && !self.replaced.contains(section)
    }

    /// Whether something is wrong with a setting.
    #[must_use]
    pub fn has_problem(&self, setting: &str) -> bool {
        self.problems.iter().any(|problem| problem.setting == setting)
    }
}

/// What stands in for settings without which there is no configuration.
const STAND_INS: [(&str, &str); 3] = [
    ("database.url", "sqlite:none"),
    ("public_url", "https://localhost"),
    ("mail.transport", "none"),
];
const PRIVATE_FILES: [&str; 3] = [
    "jwt.private_key_file",
    "jwt.sealing_key_file",
    "hashing.pepper_file",
];

impl Config {
    /// Reads the configuration of a process that signs, and whatever is wrong with it.
    #[must_use]
    pub fn examine(sources: Sources<'_>) -> Examined {
        let given = source::merge(sources.file, sources.env);
        examine(given, &sources.base_dir)
    }
}

fn examine(given: Given, base_dir: &Path) -> Examined {
    let private_files = PRIVATE_FILES.into_iter().filter_map(|setting| {
        let (raw, _) = given.values.get(setting)?;
        match raw {
            Raw::Word(file) | Raw::Text(file) => Some((setting, base_dir.join(file.as_str()))),
            Raw::Bool(_) | Raw::Integer(_) | Raw::List(_) | Raw::Other(_) => None,
        }
    });
    let private_files = private_files.collect();
    let (config, problems) = check::usable(given.clone(), base_dir, true);
    if config.is_some() || given.file_is_broken {
        return Examined {
            config,
            problems,
            private_files,
            replaced: BTreeSet::new(),
        };
    }
    let replaced: BTreeSet<String> = problems.iter().map(|problem| section(&problem.setting)).collect();
    let mut rest = given;
    rest.problems.clear();
    rest.values.retain(|path, _| !replaced.contains(&section(path)));
    for (path, text) in STAND_INS {
        rest.values
            .entry(path)
            .or_insert_with(|| (Raw::word(text), Place::Default));
    }
    Examined {
        config: check::usable(rest, base_dir, true).0,
        problems,
        private_files,
        replaced,
    }
}

/// `mail` of `mail.from`; a setting at the top is a section of its own.
fn section(path: &str) -> String {
    path.split('.').next().unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examined(text: &str) -> Examined {
        Config::examine(Sources {
            file: Some(("test.toml", text)),
            ..Sources::default()
        })
    }

    #[test]
    fn what_is_wrong_does_not_hide_the_rest() {
        let found = examined(
            "environment = \"production\"\nlisten = \"0.0.0.0:1\"\n[mail]\ntransport = \"smtp\"\n[redis]\nhost = \"r\"\n\
             [database]\nurl = \"postgres://h/d\"\n",
        );
        let config = found.config.as_ref().unwrap();
        assert_eq!(config.listen.port(), 1);
        assert!(found.problems.len() > 2, "{:?}", found.problems);
        assert!(found.is_given("database") && found.is_given("redis"));
        assert!(!found.is_given("mail") && !found.is_given("public_url"));
        assert!(found.has_problem("mail.smtp_url"));
    }

    #[test]
    fn a_setting_that_breaks_a_rule_is_looked_at_as_it_was_given() {
        let found = examined("listn = 1\n[database]\nurl = \"sqlite:a\"\n[hashing]\nmemory_kib = 8192\n");
        assert_eq!(found.config.as_ref().unwrap().hashing.cost.memory_kib, 8192);
        assert_eq!(
            found.problems.len(),
            3,
            "the key is missing too: {:?}",
            found.problems
        );
        assert!(found.is_given("hashing"));
    }

    #[test]
    fn of_a_file_that_is_no_toml_nothing_is_used() {
        let found = examined("[database\n");
        assert!(found.config.is_none() && !found.is_given("database"));
        assert_eq!(found.problems.len(), 1);
    }

    #[test]
    fn private_files_are_named_even_if_they_cannot_be_read() {
        let found = examined("[database]\nurl = \"sqlite:a\"\n[jwt]\nprivate_key_file = \"/none/key.pem\"\n");
        assert_eq!(
            found.private_files,
            [("jwt.private_key_file", PathBuf::from("/none/key.pem"))]
        );
        assert!(found.has_problem("jwt.private_key_file"));
    }
}
