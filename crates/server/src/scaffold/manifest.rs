//! Cargo.toml, changed without touching what is not to be changed.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::dependencies::{ALWAYS, Dependency, HASHING, HORIZON_AUTH, SAMPLE, SAMPLE_TESTS, is_one};
use super::engine_source::EngineSource;
use crate::ui::Failure;

/// Said above the section of optimised dependencies.
const WHY_OPTIMISED: &str =
    "\n# Password hashing and RSA are unusable unoptimised; your own code keeps its fast rebuilds.\n";

/// A manifest, with its comments and its layout.
#[derive(Debug)]
pub(crate) struct Manifest {
    document: DocumentMut,
    has_carriage_returns: bool,
}

impl Manifest {
    /// Reads it. Mistakes are told by line, in words of the parser.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let document = text.parse().map_err(|error: toml_edit::TomlError| {
            Failure::new(format!("Cargo.toml is not valid: {error}"))
        })?;
        Ok(Self {
            document,
            has_carriage_returns: text.contains("\r\n"),
        })
    }

    /// A new one.
    pub(crate) fn of_new_package(name: &str) -> Self {
        let mut package = Table::new();
        package.insert("name", value(name));
        package.insert("version", value("0.1.0"));
        package.insert("edition", value("2024"));
        package.insert("rust-version", value(env!("CARGO_PKG_RUST_VERSION")));
        package.insert("publish", value(false));
        let mut document = DocumentMut::new();
        document.insert("package", Item::Table(package));
        Self {
            document,
            has_carriage_returns: false,
        }
    }

    /// Refuses what is no package with a program, or none that the engine can stand in. `has_program` tells
    /// whether there is a file that cargo finds by itself.
    pub(crate) fn expect_program(&self, has_program: bool) -> Result<(), Failure> {
        let Some(package) = self.document.get("package").and_then(Item::as_table_like) else {
            return Err(Failure::new(if self.is_workspace() {
                "Cargo.toml is that of a workspace and of no package: name the folder of a member that is a program, \
                 --path DIR"
            } else {
                "Cargo.toml has no [package]"
            }));
        };
        if !has_program && !self.document.contains_key("bin") {
            return Err(Failure::new(
                "the package has no program, such as src/main.rs; Horizon Auth belongs into the one that serves",
            ));
        }
        let edition = package.get("edition");
        if edition.is_none_or(|edition| edition.as_str() == Some("2015")) {
            return Err(Failure::new(
                "the package has the edition of 2015: write edition = \"2024\" under [package]",
            ));
        }
        let name = self.package_name();
        if is_one(name) {
            return Err(Failure::new(format!(
                "the package is called {name}, like a crate that it would need; give it another name"
            )));
        }
        Ok(())
    }

    /// What `[package]` calls it.
    pub(crate) fn package_name(&self) -> &str {
        let name = self
            .document
            .get("package")
            .and_then(|package| package.get("name"));
        name.and_then(Item::as_str).unwrap_or_default()
    }

    fn is_workspace(&self) -> bool {
        self.document.contains_key("workspace")
    }

    /// Whether its profiles count: cargo looks at those of the workspace only.
    pub(crate) fn has_a_say_on_profiles(&self, workspace: Option<&Path>) -> bool {
        let names_another = self
            .document
            .get("package")
            .and_then(|package| package.get("workspace"))
            .is_some();
        self.is_workspace() || (workspace.is_none() && !names_another)
    }

    /// Adds what is missing for the engine, and for the sample application if it is written.
    pub(crate) fn add_dependencies(
        &mut self,
        engine: &EngineSource,
        with_sample: bool,
    ) -> Result<(), Failure> {
        let sample = if with_sample { SAMPLE } else { &[] };
        for dependency in ALWAYS.iter().chain(sample) {
            self.require("dependencies", dependency, engine)?;
        }
        for dependency in SAMPLE_TESTS.iter().filter(|_| with_sample) {
            self.require("dev-dependencies", dependency, engine)?;
        }
        Ok(())
    }

    fn require(
        &mut self,
        section: &str,
        dependency: &Dependency,
        engine: &EngineSource,
    ) -> Result<(), Failure> {
        let table = self
            .document
            .entry(section)
            .or_insert_with(|| Item::Table(Table::new()));
        let table = table
            .as_table_like_mut()
            .ok_or_else(|| Failure::new(format!("{section} in Cargo.toml is no section")))?;
        if let Some(there) = table.get_mut(dependency.name) {
            return complete(there, dependency);
        }
        let is_sorted = table.iter().map(|(name, _)| name).is_sorted();
        table.insert(dependency.name, fresh(dependency, engine));
        if is_sorted {
            table.sort_values();
        }
        Ok(())
    }

    /// Has dependencies optimised in development, unless somebody decided on that already.
    pub(crate) fn optimise(&mut self) -> Result<(), Failure> {
        let profiles = ["profile", "dev", "package"];
        let decided = |path: &[&str]| {
            let mut item = Some(self.document.as_item());
            for part in path {
                item = item.and_then(|item| item.get(part));
            }
            item.is_some()
        };
        if decided(&["profile", "dev", "opt-level"]) || decided(&["profile", "dev", "package", "*"]) {
            return Ok(());
        }
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for part in profiles {
            let inner = table.entry(part).or_insert_with(|| {
                let mut table = Table::new();
                table.set_implicit(true);
                Item::Table(table)
            });
            table = inner
                .as_table_like_mut()
                .ok_or_else(|| Failure::new(format!("{part} in Cargo.toml is no section")))?;
        }
        let mut all = Table::new();
        all.decor_mut().set_prefix(WHY_OPTIMISED);
        all.insert("opt-level", value(1));
        all.insert("debug", value(false));
        table.insert("*", Item::Table(all));
        for name in HASHING {
            if !table.contains_key(name) {
                let mut most = Table::new();
                most.insert("opt-level", value(3));
                table.insert(name, Item::Table(most));
            }
        }
        Ok(())
    }

    pub(crate) fn into_text(self) -> String {
        let text = self.document.to_string();
        if self.has_carriage_returns {
            return text.replace("\r\n", "\n").replace('\n', "\r\n");
        }
        text
    }
}

/// An entry that is not there yet.
fn fresh(dependency: &Dependency, engine: &EngineSource) -> Item {
    let mut entry = InlineTable::new();
    match engine {
        EngineSource::Folder(folder) if dependency.name == HORIZON_AUTH => {
            entry.insert("path", folder.as_str().into());
        }
        _ if dependency.features.is_empty() => return value(dependency.version),
        _ => {
            entry.insert("version", dependency.version.into());
        }
    }
    entry.insert(
        "features",
        Value::Array(dependency.features.iter().copied().collect()),
    );
    value(entry)
}

/// Adds the features that an entry lacks. Its version is somebody's decision, and stays.
fn complete(entry: &mut Item, dependency: &Dependency) -> Result<(), Failure> {
    let name = dependency.name;
    let version = entry
        .as_str()
        .or_else(|| entry.get("version").and_then(Item::as_str));
    if let Some(version) = version.filter(|version| !fits(version, dependency.version)) {
        return Err(Failure::new(format!(
            "Cargo.toml has {name} {version}, and {} is needed: change it, mend what that breaks, and run this again",
            dependency.version
        )));
    }
    let mut needed: Vec<&str> = dependency.features.to_vec();
    if entry.get("default-features").and_then(Item::as_bool) == Some(false) {
        needed.extend(dependency.defaults);
    }
    if let Some(version) = entry.as_value().filter(|entry| entry.is_str()) {
        if needed.is_empty() {
            return Ok(());
        }
        let decor = version.decor().clone();
        let mut plain = version.clone();
        plain.decor_mut().clear();
        let mut table = InlineTable::new();
        table.insert("version", plain);
        let mut table = Value::InlineTable(table);
        *table.decor_mut() = decor;
        *entry = Item::Value(table);
    }
    let no_entry = || Failure::new(format!("{name} in Cargo.toml is neither a version nor a table"));
    let table = entry.as_table_like_mut().ok_or_else(no_entry)?;
    let there = |table: &dyn TableLike, feature: &str| {
        let features = table.get("features").and_then(Item::as_array);
        features.is_some_and(|there| {
            there
                .iter()
                .any(|known| matches!(known.as_str(), Some(known) if known == feature || known == "full"))
        })
    };
    for feature in needed {
        if there(table, feature) {
            continue;
        }
        let features = table.entry("features").or_insert_with(|| value(Array::new()));
        let features = features
            .as_array_mut()
            .ok_or_else(|| Failure::new(format!("features of {name} in Cargo.toml is no list")))?;
        features.push(feature);
    }
    Ok(())
}

/// Whether a requirement allows the needed version, as far as its numbers tell.
fn fits(requirement: &str, needed: &str) -> bool {
    let plain = requirement.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let mut found = plain.split(['.', ',', ' ']).map(str::trim);
    // Up to the first number that is not 0, the numbers tell what is compatible.
    let mut numbers = needed.split('.');
    loop {
        match (numbers.next(), found.next()) {
            (Some(_), None | Some("" | "*")) | (None, _) => return true,
            (Some(number), Some(other)) if number != other => return false,
            (Some("0"), Some(_)) => {}
            (Some(_), Some(_)) => return true,
        }
    }
}

/// The manifest of a workspace in a folder above, which may think that the project is its own.
pub(crate) fn workspace_above(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .skip(1)
        .map(|above| above.join("Cargo.toml"))
        .find(|path| {
            let text = std::fs::read_to_string(path).ok();
            let document = text.and_then(|text| text.parse::<DocumentMut>().ok());
            document.is_some_and(|document| document.contains_key("workspace"))
        })
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
