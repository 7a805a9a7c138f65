//! The configuration of somebody who has none yet: defaults, and a key beside the database.

use std::path::{Path, PathBuf};

use horizon_auth_adapters::sql::Pool;
use percent_encoding::percent_decode_str;
use toml::{Table, Value};

use crate::builder::StartError;
use crate::config::{Config, SecretText, SettingValue, Sources, is_local};
use crate::development_key::{make_development_key, make_development_sealing_key};

/// Where the key is kept when the database is no file.
const FOLDER: &str = "horizon-auth-data";

/// The settings that the builder takes one by one.
#[derive(Default)]
pub(crate) struct Quick {
    pub(crate) database: Option<SecretText>,
    pub(crate) public_url: Option<String>,
    pub(crate) others: Vec<(String, SettingValue)>,
}

impl Quick {
    pub(crate) fn is_empty(&self) -> bool {
        self.database.is_none() && self.public_url.is_none() && self.others.is_empty()
    }

    /// Whether a key is given, as text or as a file.
    fn names(&self, text: &str, file: &str) -> bool {
        self.others.iter().any(|(path, _)| path == text || path == file)
    }
}

/// Puts a value where its dotted path says; one that stands there already stays, and is told.
fn put(settings: &mut Table, path: &str, value: Value) -> Result<(), StartError> {
    let (section, name) = path
        .rsplit_once('.')
        .map_or((None, path), |(section, name)| (Some(section), name));
    let mut table = settings;
    for part in section.into_iter().flat_map(|section| section.split('.')) {
        let inner = table
            .entry(part)
            .or_insert_with(|| Value::Table(Table::new()))
            .as_table_mut();
        table = inner.ok_or_else(|| StartError::Setting(path.to_owned()))?;
    }
    if table.contains_key(name) {
        return Err(StartError::Setting(path.to_owned()));
    }
    table.insert(name.to_owned(), value);
    Ok(())
}

/// Checked like any configuration. An origin that is not on this machine makes it one of production, which a key
/// beside the database does not satisfy.
pub(crate) fn config(quick: &Quick, pool: Option<&Pool>) -> Result<Config, StartError> {
    let place = match (&quick.database, pool) {
        (Some(_), Some(_)) => {
            return Err(StartError::Builder(
                "give either the URL of the database or a pool",
            ));
        }
        (Some(url), None) => Place::of_url(url.reveal()),
        (None, Some(pool)) => Place::of_pool(pool),
        (None, None) => {
            return Err(StartError::Builder(
                "name the database: `.database(\"sqlite:app.db\")`, `.pool(..)` or `.config(..)`",
            ));
        }
    };
    let mut settings = Table::new();
    put(&mut settings, "database.url", Value::from(place.url.as_str()))?;
    if let Some(origin) = &quick.public_url {
        put(&mut settings, "public_url", Value::from(origin.as_str()))?;
    }
    for (path, value) in &quick.others {
        put(&mut settings, path, value.toml())?;
    }
    if quick.public_url.as_deref().is_none_or(is_local) {
        // Whoever brings the key that signs says with it whether keys are kept in the database.
        if !quick.names("jwt.private_key", "jwt.private_key_file") {
            let key = place.key();
            make_development_key(&key)?;
            put(&mut settings, "jwt.private_key_file", file_name(&key))?;
            if !quick.names("jwt.sealing_key", "jwt.sealing_key_file") {
                let sealing = place.sealing_key();
                make_development_sealing_key(&sealing)?;
                put(&mut settings, "jwt.sealing_key_file", file_name(&sealing))?;
            }
        }
    } else if !settings.contains_key("environment") {
        put(&mut settings, "environment", Value::from("production"))?;
    }
    Ok(Config::load_to_serve(Sources {
        file: Some(("the builder", &settings.to_string())),
        base_dir: place.folder,
        ..Sources::default()
    })?)
}

/// Paths start at the folder of the database.
fn file_name(path: &Path) -> Value {
    Value::from(&*path.file_name().unwrap_or_default().to_string_lossy())
}

/// Where the database is, and where a key beside it can be.
pub(crate) struct Place {
    url: String,
    folder: PathBuf,
    /// The name of the database's file, if it is one.
    file: Option<String>,
}

impl Place {
    pub(crate) fn of_url(url: &str) -> Self {
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return Self::elsewhere(url.to_owned());
        };
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let (path, query) = path
            .split_once('?')
            .map_or((path, ""), |(path, query)| (path, query));
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        let mut place = Self::of_file(Path::new(&*decoded));
        if !query.is_empty() {
            place.url = format!("{}?{query}", place.url);
        }
        place
    }

    fn of_pool(pool: &Pool) -> Self {
        match pool.file() {
            Some(file) => Self::of_file(&file),
            // Never looked at: the pool knows.
            None => Self::elsewhere("postgres://localhost".to_owned()),
        }
    }

    fn of_file(path: &Path) -> Self {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // The folder becomes the one that relative paths start from.
        Self {
            url: format!("sqlite:{}", name.replace('%', "%25").replace('?', "%3F")),
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            file: Some(name),
        }
    }

    fn elsewhere(url: String) -> Self {
        Self {
            url,
            folder: PathBuf::from(FOLDER),
            file: None,
        }
    }

    /// The file of the key. Its folder is made if it is ours.
    pub(crate) fn key(&self) -> PathBuf {
        match &self.file {
            Some(file) => self.folder.join(format!("{file}.signing-key.pem")),
            None => self.folder.join("signing-key.pem"),
        }
    }

    /// The file of the sealing key, beside the other one.
    pub(crate) fn sealing_key(&self) -> PathBuf {
        match &self.file {
            Some(file) => self.folder.join(format!("{file}.sealing-key")),
            None => self.folder.join("sealing-key"),
        }
    }
}
