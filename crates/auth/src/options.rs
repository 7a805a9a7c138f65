//! From the options of an application to a configuration: what a developer leaves out, and where files are.

use std::path::{Path, PathBuf};

use crate::builder::StartError;
use crate::config::{Config, ConfigErrors, GivenOption, SettingValue, is_local};
use crate::development::Place;
use crate::development_key::{make_development_key, make_development_sealing_key, make_folder_of};

/// The database of developers who name none.
const DATABASE: &str = "sqlite:horizon-auth-data/auth.db";

/// The settings of an application that has names of its own for them, and reads no file: an npm package, for one.
///
/// Whoever names no database gets one in development, and whoever brings no key too, beside it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    folder: PathBuf,
    given: Vec<GivenOption>,
}

impl Options {
    /// Without settings. Relative paths start at `folder`.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            given: Vec::new(),
        }
    }

    /// A setting by its dotted path, and what the application calls it.
    pub fn set(&mut self, name: &str, path: &str, value: impl Into<SettingValue>) {
        self.given.push(GivenOption {
            name: name.to_owned(),
            path: path.to_owned(),
            value: value.into(),
        });
    }

    /// What was set, in order.
    #[must_use]
    pub fn given(&self) -> &[GivenOption] {
        &self.given
    }

    /// The configuration, if nothing is wrong. Makes no files: a key that is made when the engine starts may be
    /// missing.
    ///
    /// # Errors
    /// [`ConfigErrors`] with everything that is wrong.
    pub fn check(&self) -> Result<Config, ConfigErrors> {
        let options = self.completed();
        let signs = !options.makes_keys();
        Config::load_options(options.given, &self.folder, signs)
    }

    /// The configuration of an engine that starts now, with the files that it needs in development.
    ///
    /// # Errors
    /// [`StartError::Config`] with everything that is wrong; [`StartError::DevelopmentKey`].
    pub fn prepare(&self) -> Result<Config, StartError> {
        let checked = self.check()?;
        let mut options = self.completed();
        let place = Place::of_url(checked.database.url.reveal());
        if !self.names("database.url") && options.names("database.url") {
            make_folder_of(&self.folder.join(place.key()))?;
        }
        if !options.makes_keys() {
            return Ok(checked);
        }
        let key = place.key();
        make_development_key(&self.folder.join(&key))?;
        options.set_path("jwt.private_key_file", &key);
        if !options.names("jwt.sealing_key") {
            let sealing = place.sealing_key();
            make_development_sealing_key(&self.folder.join(&sealing))?;
            options.set_path("jwt.sealing_key_file", &sealing);
        }
        Ok(Config::load_options(options.given, &self.folder, true)?)
    }

    /// With what development adds, and what an origin elsewhere says.
    fn completed(&self) -> Self {
        let mut options = self.clone();
        let is_elsewhere = self.text("public_url").is_some_and(|origin| !is_local(&origin));
        if is_elsewhere && !self.names("environment") {
            options.set("environment", "environment", "production");
        }
        if options.is_development() && !options.is_client() && !options.names("database.url") {
            options.set("database.url", "database.url", DATABASE);
        }
        options
    }

    /// Whether keys are made beside the database. Whoever brings the key that signs says with it whether keys are
    /// kept in the database.
    fn makes_keys(&self) -> bool {
        self.is_development() && !self.is_client() && !self.names("jwt.private_key")
    }

    fn is_development(&self) -> bool {
        self.text("environment").is_none_or(|word| word == "development")
    }

    fn is_client(&self) -> bool {
        self.text("mode").is_some_and(|mode| mode == "sso_client")
    }

    /// Whether a setting is given, or the file that holds it.
    fn names(&self, path: &str) -> bool {
        let file = format!("{path}_file");
        self.given
            .iter()
            .any(|option| option.path == path || option.path == file)
    }

    fn text(&self, path: &str) -> Option<String> {
        let option = self.given.iter().find(|option| option.path == path)?;
        option.value.toml().as_str().map(str::to_owned)
    }

    fn set_path(&mut self, path: &str, file: &Path) {
        self.set(path, path, file.to_string_lossy().into_owned());
    }
}
