//! Checks each value on its own, then how they fit together, then builds the configuration.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use horizon_auth_core::crypto::pepper::Peppers;
use horizon_auth_core::crypto::sealing::SealingKeys;

use super::error::{Fault, Place, Problem};
use super::keys::{self, KeySources};
use super::secret::SecretText;
use super::setting::Fallback;
use super::settings::{SETTINGS, find_setting};
use super::source::Given;
use super::sso;
use super::value::{Pick, Raw, Value, parse};
use super::{Config, build, rules};

/// Values that are fine on their own, where each came from, and what is wrong so far.
#[derive(Debug, Default)]
pub(super) struct Checked {
    values: BTreeMap<&'static str, Value>,
    places: BTreeMap<&'static str, Place>,
    problems: Vec<Problem>,
}

/// Settings whose text may stand in a file of its own, each after the setting that names the file.
const SECRET_FILES: [(&str, &str); 5] = [
    ("database.url_file", "database.url"),
    ("redis.url_file", "redis.url"),
    ("redis.password_file", "redis.password"),
    ("mail.smtp_url_file", "mail.smtp_url"),
    ("mail.api_key_file", "mail.api_key"),
];

/// The configuration, or all that is wrong. `signs`: it is for a process that needs a key to sign with.
pub(super) fn check(given: Given, base_dir: &Path, signs: bool) -> Result<Config, Vec<Problem>> {
    match usable(given, base_dir, signs) {
        (Some(config), problems) if problems.is_empty() => Ok(config),
        (_, problems) => Err(problems),
    }
}

/// All that is wrong, and the configuration unless what is wrong is needed for it.
pub(super) fn usable(given: Given, base_dir: &Path, signs: bool) -> (Option<Config>, Vec<Problem>) {
    let file_is_broken = given.file_is_broken;
    let mut checked = Checked::new(given);
    if file_is_broken {
        // What the parser could not read would now look as if it were missing.
        return (None, checked.problems);
    }
    checked.read_secret_files(base_dir);
    let keys = checked.read_keys(base_dir);
    let peppers = checked.read_peppers(base_dir);
    let secrets = sso::read_secrets(&mut checked, base_dir);
    if signs {
        rules::expect_signing_key(&mut checked);
    }
    rules::apply(&mut checked);
    sso::apply(&mut checked, &secrets);
    match build::config(&checked, keys, peppers, &secrets, base_dir) {
        Some(config) => (Some(config), checked.problems),
        None => (None, checked.problems_or_bug()),
    }
}

/// Where the server listens, whatever else is wrong.
pub(super) fn listen(given: Given) -> Result<SocketAddr, Vec<Problem>> {
    let file_is_broken = given.file_is_broken;
    let mut checked = Checked::new(given);
    match checked.read("listen") {
        Some(address) if !file_is_broken => Ok(address),
        Some(_) | None => {
            checked
                .problems
                .retain(|problem| file_is_broken || problem.setting == "listen");
            Err(checked.problems_or_bug())
        }
    }
}

impl Checked {
    fn new(given: Given) -> Self {
        let mut checked = Self {
            problems: given.problems,
            ..Self::default()
        };
        let mut values = given.values;
        for setting in SETTINGS.iter() {
            let (raw, place) = match (values.remove(setting.path), setting.fallback) {
                (Some((raw, place)), _) => (Some(raw), place),
                (None, Fallback::Is(text)) => (Some(Raw::word(text)), Place::Default),
                (None, Fallback::Unset(_)) => (None, Place::Missing),
            };
            match raw.map(|raw| parse(setting.kind, &raw)) {
                Some(Ok(value)) => drop(checked.values.insert(setting.path, value)),
                Some(Err(fault)) => checked.problems.push(fault.at(setting.path, &place)),
                None => {}
            }
            checked.places.insert(setting.path, place);
        }
        checked
    }

    /// The value of a setting; `None` if nobody gave it or it was wrong.
    pub(super) fn read<T: Pick>(&self, path: &str) -> Option<T> {
        self.values.get(path).and_then(T::pick)
    }

    /// The value of a setting with a default, as its word.
    pub(super) fn word(&self, path: &str) -> Option<String> {
        self.read(path)
    }

    pub(super) fn place(&self, path: &str) -> &Place {
        self.places.get(path).unwrap_or(&Place::Missing)
    }

    /// Whether somebody gave it, rightly or wrongly.
    pub(super) fn is_given(&self, path: &str) -> bool {
        match self.place(path) {
            Place::File { .. } | Place::Variable(_) | Place::Option(_) => true,
            Place::Default | Place::Missing => false,
        }
    }

    /// Whether somebody gave it wrongly.
    pub(super) fn has_failed(&self, path: &str) -> bool {
        self.is_given(path) && !self.values.contains_key(path)
    }

    pub(super) fn report(&mut self, path: &str, what: impl Into<String>, fix: impl Into<String>) {
        let problem = Fault::new(what, fix).at(path, self.place(path));
        self.problems.push(problem);
    }

    /// Takes values from the files that are named in their place. From then on they count as given.
    fn read_secret_files(&mut self, base_dir: &Path) {
        for (file, setting) in SECRET_FILES {
            if !self.is_given(file) {
                continue;
            }
            self.refuse_both(file, setting);
            if self.is_given(setting) {
                continue;
            }
            self.places.insert(setting, self.place(file).clone());
            let Some(path) = self.read::<String>(file) else {
                continue;
            };
            let read = read_value(setting, &base_dir.join(path));
            if let Some(value) = self.keep(file, read) {
                self.values.insert(setting, value);
            }
        }
    }

    fn read_keys(&mut self, base_dir: &Path) -> KeySources {
        self.refuse_both("jwt.private_key_file", "jwt.private_key");
        self.refuse_both("jwt.public_key_file", "jwt.public_key");
        let private_file: Option<String> = self.read("jwt.private_key_file");
        let public_file: Option<String> = self.read("jwt.public_key_file");
        let extra_files: Vec<String> = self.read("jwt.extra_public_key_files").unwrap_or_default();

        let from_file = private_file.and_then(|file| {
            let read = keys::read_private(&base_dir.join(file));
            self.keep("jwt.private_key_file", read)
        });
        let public_from_file = public_file.and_then(|file| {
            let read = keys::read_public(&base_dir.join(file));
            self.keep("jwt.public_key_file", read)
        });
        let public_text = self.read("jwt.public_key").and_then(|pem: SecretText| {
            let read = keys::public(pem.reveal());
            self.keep("jwt.public_key", read)
        });
        let mut extra_public_keys = Vec::new();
        for file in extra_files {
            let read = keys::read_public(&base_dir.join(file));
            extra_public_keys.extend(self.keep("jwt.extra_public_key_files", read));
        }
        KeySources {
            private_key: self.read("jwt.private_key").or(from_file),
            public_key: public_text.or(public_from_file),
            extra_public_keys,
            sealing_keys: self.read_sealing_keys(base_dir),
        }
    }

    /// The configured sealing keys; none if there are none, or if they were wrong and reported.
    fn read_sealing_keys(&mut self, base_dir: &Path) -> SealingKeys {
        self.refuse_both("jwt.sealing_key_file", "jwt.sealing_key");
        let file: Option<String> = self.read("jwt.sealing_key_file");
        let from_file = file.and_then(|file| {
            let read = keys::read_sealing_keys(&base_dir.join(file));
            self.keep("jwt.sealing_key_file", read)
        });
        let from_text = self.read("jwt.sealing_key").and_then(|text: SecretText| {
            let read = keys::sealing_keys(text.reveal());
            self.keep("jwt.sealing_key", read)
        });
        from_text.or(from_file).unwrap_or_default()
    }

    /// The configured peppers; none if there are none, or if they were wrong and reported.
    fn read_peppers(&mut self, base_dir: &Path) -> Peppers {
        self.refuse_both("hashing.pepper_file", "hashing.pepper");
        let file: Option<String> = self.read("hashing.pepper_file");
        let from_file = file.and_then(|file| {
            let read = keys::read_peppers(&base_dir.join(file));
            self.keep("hashing.pepper_file", read)
        });
        let from_text = self.read("hashing.pepper").and_then(|text: SecretText| {
            let read = keys::peppers(text.reveal());
            self.keep("hashing.pepper", read)
        });
        from_text.or(from_file).unwrap_or_default()
    }

    pub(super) fn refuse_both(&mut self, file: &str, text: &str) {
        if self.is_given(file) && self.is_given(text) {
            let other = self.place(text).to_string();
            self.report(
                file,
                format!("is given as well as {text} ({other})"),
                "keep one of the two",
            );
        }
    }

    pub(super) fn keep<T>(&mut self, path: &str, result: Result<T, Fault>) -> Option<T> {
        match result {
            Ok(content) => Some(content),
            Err(fault) => {
                self.report(path, fault.what, fault.fix);
                None
            }
        }
    }

    /// Nothing is wrong, and yet no configuration came out: the table and `build` disagree.
    fn problems_or_bug(mut self) -> Vec<Problem> {
        if self.problems.is_empty() {
            self.report(
                "the table of settings",
                "does not fit this program",
                "report this as a bug",
            );
        }
        self.problems
    }
}

/// What a file says about a setting.
fn read_value(setting: &str, path: &Path) -> Result<Value, Fault> {
    let text = keys::read_secret(path)?;
    let Some(setting) = find_setting(setting) else {
        return Err(Fault::new(
            "stands for a setting that is not in the table",
            "report this as a bug",
        ));
    };
    parse(setting.kind, &Raw::Word(text)).map_err(|fault| {
        let what = format!("names {}, whose content {}", keys::display(path), fault.what);
        Fault::new(what, fault.fix)
    })
}
