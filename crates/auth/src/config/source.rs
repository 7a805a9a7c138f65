//! Brings the file and the environment together: which value of each setting counts, and where it came from.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use super::error::{Fault, Place, Problem, shown};
use super::option::GivenOption;
use super::setting::{Fallback, Form, PREFIX, Setting};
use super::settings::{SETTINGS, find_setting, is_section};
use super::suggest;
use super::units;
use super::value::Raw;

/// What was given, by path of the setting.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub(super) values: BTreeMap<&'static str, (Raw, Place)>,
    pub(super) problems: Vec<Problem>,
    /// Whether the file could be read only in parts, so that a missing setting says nothing.
    pub(super) file_is_broken: bool,
}

/// Reads all sources; the later ones win: file, plain variables, prefixed variables.
pub(super) fn merge(file: Option<(&str, &str)>, env: Vec<(String, String)>) -> Given {
    let mut given = Given::default();
    if let Some((name, text)) = file {
        given.read_file(name, text);
    }
    let env: BTreeMap<String, Zeroizing<String>> = env
        .into_iter()
        .map(|(name, text)| (name, Zeroizing::new(text)))
        .collect();
    for setting in SETTINGS.iter() {
        given.read_aliases(setting, &env);
    }
    for (name, text) in &env {
        given.read_variable(name, text);
    }
    given
}

/// Reads options, each of which may be given once.
pub(super) fn options(options: Vec<GivenOption>) -> Given {
    let mut given = Given::default();
    for option in options {
        given.read_option(option);
    }
    given
}

/// A file while it is walked through.
struct File<'a> {
    name: &'a str,
    text: &'a str,
    broken_lines: Vec<usize>,
}

impl File<'_> {
    fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|&&byte| byte == b'\n').count()
    }

    fn place(&self, offset: usize) -> Place {
        Place::File {
            name: self.name.to_owned(),
            line: self.line(offset),
        }
    }
}

impl Given {
    fn read_file(&mut self, name: &str, text: &str) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut file = File {
            name,
            text,
            broken_lines: Vec::new(),
        };
        for error in errors {
            let offset = error.span().map_or(0, |span| span.start);
            file.broken_lines.push(file.line(offset));
            // The message of the parser, never its picture of the line: that may hold a secret.
            let what = format!("is not valid TOML: {}", error.message().replace('\n', " "));
            let fault = Fault::new(what, "mend the line; see https://toml.io");
            self.problems.push(fault.at("the file", &file.place(offset)));
        }
        self.file_is_broken = !file.broken_lines.is_empty();
        self.read_table(&file, "", table.get_ref());
    }

    fn read_table(&mut self, file: &File<'_>, section: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let offset = key.span().start;
            if file.broken_lines.contains(&file.line(offset)) {
                continue;
            }
            let path = match section {
                "" => key.get_ref().to_string(),
                _ => format!("{section}.{}", key.get_ref()),
            };
            let place = file.place(offset);
            if let Some(setting) = find_setting(&path) {
                self.values.insert(setting.path, (raw(value.get_ref()), place));
            } else if !is_section(&path) {
                self.problems.push(unknown_key(&path, &place));
            } else if let Some(inner) = value.get_ref().as_table() {
                self.read_table(file, &path, inner);
            } else {
                let fault = Fault::new(
                    "is a section, not a setting",
                    format!("write [{path}] above its settings"),
                );
                self.problems.push(fault.at(&path, &place));
            }
        }
    }

    /// Plain variables. Empty ones count as not set: that is how container tools pass on what they lack.
    fn read_aliases(&mut self, setting: &'static Setting, env: &BTreeMap<String, Zeroizing<String>>) {
        let mut first: Option<(&str, &str)> = None;
        for alias in setting.aliases {
            let Some(text) = env.get(alias.name).filter(|text| !text.is_empty()) else {
                continue;
            };
            let place = Place::Variable(alias.name.to_owned());
            if let Some((other, _)) = first.filter(|(_, known)| *known != text.as_str()) {
                let fault = Fault::new(format!("differs from {other}"), "keep one of the two variables");
                self.problems.push(fault.at(setting.path, &place));
                continue;
            }
            first = Some((alias.name, text));
            match alias.form {
                Form::Same => self.put(setting, Raw::Word(text.clone()), place),
                Form::OnlyProduction if text.as_str() == "production" => {
                    self.put(setting, Raw::Word(text.clone()), place);
                }
                Form::OnlyProduction => {}
                Form::RateInSeconds => self.put(setting, rate_in_seconds(text), place),
                Form::Port => self.put_port(setting, text, place),
            }
        }
    }

    fn put(&mut self, setting: &'static Setting, raw: Raw, place: Place) {
        self.values.insert(setting.path, (raw, place));
    }

    /// Puts a port in the place of the one given or in force so far.
    fn put_port(&mut self, setting: &'static Setting, text: &str, place: Place) {
        let Some(port) = units::number(text).and_then(|port| u16::try_from(port).ok()) else {
            let fault = Fault::new(
                format!("is {}, not a port", shown(text)),
                "write a number from 0 to 65535",
            );
            self.problems.push(fault.at(setting.path, &place));
            return;
        };
        let before = match (self.values.get(setting.path), setting.fallback) {
            (Some((Raw::Text(text), _)), _) => text.as_str(),
            (None, Fallback::Is(text)) => text,
            (Some(_), _) | (None, Fallback::Unset(_)) => return,
        };
        // An address that cannot be read stays as it is, to be reported for itself.
        if let Ok(mut address) = before.parse::<std::net::SocketAddr>() {
            address.set_port(port);
            self.put(setting, Raw::word(&address.to_string()), place);
        }
    }

    fn read_option(&mut self, option: GivenOption) {
        let place = Place::Option(option.name);
        match find_setting(&option.path) {
            None => self.problems.push(unknown_key(&option.path, &place)),
            Some(setting) => match self.values.get(setting.path) {
                Some((_, other)) => {
                    let fault =
                        Fault::new(format!("says the same as {other}"), "keep one of the two options");
                    self.problems.push(fault.at(setting.path, &place));
                }
                None => self.put(setting, option.value.raw(), place),
            },
        }
    }

    fn read_variable(&mut self, name: &str, text: &Zeroizing<String>) {
        let upper = name.to_ascii_uppercase();
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == name) {
            let place = Place::Variable(name.to_owned());
            self.put(setting, Raw::Word(text.clone()), place);
        } else if upper.starts_with(PREFIX) {
            self.problems
                .push(unknown_variable(name, suggest::known_variable(&upper)));
        } else if upper.starts_with("HORIZON_AUTH_") {
            // Ours only if nothing but an underscore is missing; the rest may belong to others.
            let meant =
                |setting: &&Setting| setting.variable().replace("__", "_") == upper.replace("__", "_");
            if let Some(setting) = SETTINGS.iter().find(meant) {
                self.problems
                    .push(unknown_variable(name, Some(setting.variable())));
            }
        }
    }
}

fn unknown_key(path: &str, place: &Place) -> Problem {
    let fix = match suggest::known_path(path) {
        Some(known) if is_section(known) => format!("did you mean [{known}]?"),
        Some(known) => format!("did you mean {known}?"),
        None => "remove it, or look its name up in docs/reference/configuration.md".to_owned(),
    };
    Fault::new("is not a known setting", fix).at(&name_shown(path), place)
}

fn unknown_variable(name: &str, known: Option<String>) -> Problem {
    let fix = match known {
        Some(known) => format!("did you mean {known}?"),
        None => "remove it, or look its name up in docs/reference/configuration.md".to_owned(),
    };
    let name = name_shown(name);
    Fault::new("is not a known setting", fix).at(&name, &Place::Variable(name.clone()))
}

/// A name from outside, as it may appear in a message.
fn name_shown(name: &str) -> String {
    let plain = name.len() <= 80 && name.bytes().all(|b| b.is_ascii_graphic());
    if plain { name.to_owned() } else { shown(name) }
}

/// `5/60` with the unit it lacks.
fn rate_in_seconds(text: &Zeroizing<String>) -> Raw {
    let bare = text
        .split_once('/')
        .is_some_and(|(_, window)| units::number(window).is_some());
    if bare {
        Raw::word(&format!("{}s", text.as_str()))
    } else {
        Raw::Word(text.clone())
    }
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(Zeroizing::new(text.to_string())),
        DeValue::Boolean(flag) => Raw::Bool(*flag),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Raw::Other("a number that is too long"), Raw::Integer),
        DeValue::Array(items) => items
            .iter()
            .map(|item| {
                item.get_ref()
                    .as_str()
                    .map(|text| Zeroizing::new(text.to_owned()))
            })
            .collect::<Option<_>>()
            .map_or(Raw::Other("a list of other things than text"), Raw::List),
        DeValue::Float(_) => Raw::Other("a number with a fraction"),
        DeValue::Datetime(_) => Raw::Other("a date"),
        DeValue::Table(_) => Raw::Other("a section"),
    }
}
