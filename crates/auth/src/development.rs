//! The configuration of somebody who has none yet: defaults, and a key beside the database.

use std::path::{Path, PathBuf};

use horizon_auth_adapters::sql::Pool;
use percent_encoding::percent_decode_str;
use toml::{Table, Value};

use crate::builder::StartError;
use crate::config::{Config, SecretText, Sources, is_local};
use crate::development_key::{make_development_key, make_development_sealing_key};

/// Where the key is kept when the database is no file.
const FOLDER: &str = "horizon-auth-data";

/// The few settings that the builder takes.
#[derive(Default)]
pub(crate) struct Quick {
    pub(crate) database: Option<SecretText>,
    pub(crate) public_url: Option<String>,
}

impl Quick {
    pub(crate) fn is_empty(&self) -> bool {
        self.database.is_none() && self.public_url.is_none()
    }
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
    settings.insert("database".to_owned(), table("url", &place.url));
    if let Some(origin) = &quick.public_url {
        settings.insert("public_url".to_owned(), Value::String(origin.clone()));
    }
    if quick.public_url.as_deref().is_none_or(is_local) {
        let key = place.key();
        make_development_key(&key)?;
        let sealing = place.sealing_key();
        make_development_sealing_key(&sealing)?;
        let mut jwt = Table::new();
        for (name, file) in [("private_key_file", key), ("sealing_key_file", sealing)] {
            let file = file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            jwt.insert(name.to_owned(), Value::String(file));
        }
        settings.insert("jwt".to_owned(), Value::Table(jwt));
    } else {
        settings.insert("environment".to_owned(), Value::String("production".to_owned()));
    }
    Ok(Config::load(Sources {
        file: Some(("the builder", &settings.to_string())),
        env: Vec::new(),
        base_dir: place.folder,
    })?)
}

fn table(name: &str, value: &str) -> Value {
    let mut table = Table::new();
    table.insert(name.to_owned(), Value::String(value.to_owned()));
    Value::Table(table)
}

/// Where the database is, and where a key beside it can be.
struct Place {
    url: String,
    folder: PathBuf,
    /// The name of the database's file, if it is one.
    file: Option<String>,
}

impl Place {
    fn of_url(url: &str) -> Self {
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
    fn key(&self) -> PathBuf {
        match &self.file {
            Some(file) => self.folder.join(format!("{file}.signing-key.pem")),
            None => self.folder.join("signing-key.pem"),
        }
    }

    /// The file of the sealing key, beside the other one.
    fn sealing_key(&self) -> PathBuf {
        match &self.file {
            Some(file) => self.folder.join(format!("{file}.sealing-key")),
            None => self.folder.join("sealing-key"),
        }
    }
}
