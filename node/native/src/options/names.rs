//! Names of options and names of settings.

use std::sync::LazyLock;

use horizon_auth::Options;
use horizon_auth::config::{Place, Problem, SETTINGS, find_setting, nearest_name};

use super::table;

/// Every setting in camel case.
static CAMEL: LazyLock<Vec<String>> = LazyLock::new(|| SETTINGS.iter().map(|setting| camel(setting.path)).collect());

/// What the developer calls the settings.
pub(super) struct Names<'a>(&'a Options);

impl<'a> Names<'a> {
    pub(super) fn of(options: &'a Options) -> Self {
        Self(options)
    }

    /// The name that was written, or the one that can be.
    pub(super) fn of_problem(&self, problem: &Problem) -> String {
        match &problem.place {
            Place::Option(name) => name.clone(),
            Place::File { .. } | Place::Variable(_) | Place::Default | Place::Missing => {
                // Keys are texts in options; that they can be in files is the second thing to know.
                let path = problem.setting.strip_suffix("_file").unwrap_or(&problem.setting);
                self.name(path)
            }
        }
    }

    /// A text in which settings are called what the developer calls them.
    pub(super) fn translate(&self, text: &str) -> String {
        let mut told = String::with_capacity(text.len());
        let mut word = String::new();
        for c in text.chars() {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') {
                word.push(c);
            } else {
                self.end_word(&mut told, &mut word);
                told.push(c);
            }
        }
        self.end_word(&mut told, &mut word);
        told
    }

    fn end_word(&self, told: &mut String, word: &mut String) {
        // Words such as `mode` and `environment` are settings too, and the same in both spellings.
        let bare = word.trim_end_matches('.');
        match find_setting(bare) {
            Some(_) => {
                told.push_str(&self.name(bare));
                told.push_str(&word[bare.len()..]);
            }
            None => told.push_str(word),
        }
        word.clear();
    }

    fn name(&self, path: &str) -> String {
        let given = self.0.given().iter().find(|option| option.path == path);
        given.map_or_else(|| camel(path), |option| option.name.clone())
    }
}

/// `jwt.access_token_ttl` of `jwt.accessTokenTtl`; a path in its own spelling stays as it is.
pub(super) fn snake(name: &str) -> String {
    let mut path = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            path.push('_');
        }
        path.push(c.to_ascii_lowercase());
    }
    path
}

/// The other way round.
pub(super) fn camel(path: &str) -> String {
    let mut name = String::with_capacity(path.len());
    let mut begins = false;
    for c in path.chars() {
        match c {
            '_' => begins = true,
            c if begins => {
                name.push(c.to_ascii_uppercase());
                begins = false;
            }
            c => name.push(c),
        }
    }
    name
}

/// Whether options stand below a name.
pub(super) fn is_section(name: &str) -> bool {
    let is_above = |longer: &str| longer.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let snake = snake(name);
    let section = |path: &str| path.strip_prefix(&snake).is_some_and(|rest| rest.starts_with('.'));
    table::names().any(is_above) || SETTINGS.iter().any(|setting| section(setting.path))
}

/// The option that somebody may have meant.
pub(super) fn nearest(unknown: &str) -> Option<&'static str> {
    nearest_name(unknown, table::names().chain(CAMEL.iter().map(String::as_str)))
}

/// A name from outside, as it may appear in a message.
pub(super) fn shown(name: &str) -> String {
    const LONGEST: usize = 80;
    let is_plain = name.len() <= LONGEST && name.bytes().all(|byte| byte.is_ascii_graphic());
    if is_plain {
        return name.to_owned();
    }
    let start: String = name.chars().take(LONGEST).collect();
    format!("{start:?}")
}
