//! What a developer writes in TypeScript, as settings of the engine.
//!
//! The packages hand their options over as JSON. Names are those of the packages' own documents (`table.rs`), or those of
//! the configuration file, in its spelling or in camel case. Whatever is wrong is told in the name that was written, all
//! of it at once.

mod names;
mod table;
mod values;

use std::path::Path;

use horizon_auth::config::{Config, ConfigErrors, GivenOption, Mode, find_setting};
use horizon_auth::{Options, StartError};
use serde_json::{Map, Value};

use names::Names;
use table::Target;

/// Options that were read.
#[derive(Debug)]
pub struct Read {
    /// As settings.
    pub settings: Options,
    /// Whether requests name their tenant by a function of the application.
    pub custom_tenant: bool,
    tenants: Option<bool>,
    problems: Vec<String>,
}

impl Read {
    /// Reads JSON. Relative paths start at `folder`.
    #[must_use]
    pub fn new(options: &str, folder: &Path) -> Self {
        let mut read = Self {
            settings: Options::new(folder),
            custom_tenant: false,
            tenants: None,
            problems: Vec::new(),
        };
        match serde_json::from_str(options) {
            Ok(Value::Object(fields)) => read.section("", &fields),
            // The text may hold secrets, so no more is said.
            _ => read.problems.push("the options are not an object".to_owned()),
        }
        read.settle_tenants();
        read
    }

    /// Everything that is wrong; empty if nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.check().err().unwrap_or_default()
    }

    /// The configuration of an engine that starts now, with the files that it needs in development.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn prepare(&self) -> Result<Config, Vec<String>> {
        self.check()?;
        self.settings.prepare().map_err(|error| match error {
            StartError::Config(errors) => self.told(&errors),
            other => vec![self.in_names(&chain(&other))],
        })
    }

    /// An error of the engine, in the names that were written.
    #[must_use]
    pub fn in_names(&self, text: &str) -> String {
        Names::of(&self.settings).translate(text)
    }

    /// A function of the application sends mails, unless the options name another way.
    pub fn settle_sender(&mut self) {
        let is_named = |option: &GivenOption| option.path == "mail.transport";
        if !self.settings.given().iter().any(is_named) {
            self.settings.set("email.provider", "mail.transport", "custom");
        }
    }

    /// A function of the application takes the place of the setting, unless tenants are switched off.
    fn settle_tenants(&mut self) {
        self.custom_tenant &= self.tenants != Some(false);
        if let Some(enabled) = self.tenants.filter(|_| !self.custom_tenant) {
            self.settings
                .set("multiTenant.enabled", "tenant.enabled", enabled);
        }
    }

    fn check(&self) -> Result<Config, Vec<String>> {
        let checked = self.settings.check();
        if self.problems.is_empty() && checked.is_ok() {
            return checked.map_err(|errors| self.told(&errors));
        }
        let mut problems = self.problems.clone();
        if let Err(errors) = checked {
            problems.extend(self.told(&errors));
        }
        Err(problems)
    }

    fn told(&self, errors: &ConfigErrors) -> Vec<String> {
        let names = Names::of(&self.settings);
        let told = errors.problems().iter().map(|problem| {
            let name = names.of_problem(problem);
            format!(
                "{name} {}: {}",
                names.translate(&problem.what),
                names.translate(&problem.fix)
            )
        });
        told.collect()
    }

    /// The fields of an object, each below `path`.
    fn section(&mut self, path: &str, fields: &Map<String, Value>) {
        for (field, value) in fields {
            let name = match path {
                "" => field.clone(),
                _ => format!("{path}.{field}"),
            };
            if !value.is_null() {
                self.option(&name, value);
            }
        }
    }

    fn option(&mut self, name: &str, value: &Value) {
        let setting = find_setting(&names::snake(name));
        match (Target::of(name), setting, value) {
            (Some(target), _, value) if target.takes(value) => target.apply(self, name, value),
            (_, Some(setting), value) => self.set(name, setting.path, value),
            (_, None, Value::Object(fields)) if names::is_section(name) => self.section(name, fields),
            (Some(target), None, _) => self.wrong(name, target.wants()),
            (None, None, _) if names::is_section(name) => {
                self.wrong(name, "is a group of options: write { … }");
            }
            (None, None, _) => {
                let fix = match names::nearest(name) {
                    Some(known) => format!("is not a known option: did you mean {known}?"),
                    None => "is not a known option: remove it".to_owned(),
                };
                self.wrong(name, &fix);
            }
        }
    }

    /// Sets a setting to a value as it stands.
    fn set(&mut self, name: &str, path: &str, value: &Value) {
        match values::setting(value) {
            Ok(value) => self.settings.set(name, path, value),
            Err(what) => self.wrong(name, what),
        }
    }

    fn wrong(&mut self, name: &str, what: &str) {
        self.problems.push(format!("{} {what}", names::shown(name)));
    }
}

/// Whether a configuration is that of an application whose people log in elsewhere.
#[must_use]
pub fn is_client(config: &Config) -> bool {
    config.mode == Mode::SsoClient
}

/// An error with its causes, on one line.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}
