//! Lines of a file to accounts. Every refusal names a field and a rule, and shows nothing of the line.

use std::fmt;

use horizon_auth::config::nearest_name;
use horizon_auth::operator::{
    Email, ImportedUser, Locale, PasswordHash, Role, Timestamp, User, UserId, Violation,
};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;

use crate::cli::FileFormat;

/// Why a line is not an account.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) field: &'static str,
    pub(super) rule: String,
}

impl Fault {
    pub(super) fn new(field: &'static str, rule: impl Into<String>) -> Self {
        Self {
            field,
            rule: rule.into(),
        }
    }
}

impl From<Violation> for Fault {
    fn from(violation: Violation) -> Self {
        Self::new(violation.field, violation.rule)
    }
}

/// The field of faults that belong to a line as a whole.
pub(super) const LINE: &str = "line";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Email,
    EmailVerified,
    FullName,
    Roles,
    PasswordHash,
    Locale,
    CreatedAt,
    Disabled,
}

impl Field {
    const ALL: [Self; 9] = [
        Self::Id,
        Self::Email,
        Self::EmailVerified,
        Self::FullName,
        Self::Roles,
        Self::PasswordHash,
        Self::Locale,
        Self::CreatedAt,
        Self::Disabled,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Email => "email",
            Self::EmailVerified => "emailVerified",
            Self::FullName => "fullName",
            Self::Roles => "roles",
            Self::PasswordHash => "passwordHash",
            Self::Locale => "locale",
            Self::CreatedAt => "createdAt",
            Self::Disabled => "disabled",
        }
    }

    fn parse(name: &str) -> Result<Self, Fault> {
        let found = Self::ALL.into_iter().find(|field| field.name() == name);
        found.ok_or_else(|| Fault::new(LINE, unknown(name)))
    }
}

/// A file without a line of names has hashes where names should be: only what looks like a name is shown.
fn unknown(name: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "_- ".contains(c);
    if name.is_empty() || name.len() > 40 || !name.chars().all(harmless) {
        let names: Vec<&str> = Field::ALL.into_iter().map(Field::name).collect();
        return format!("must have no fields but {}", names.join(", "));
    }
    match nearest_name(name, Field::ALL.into_iter().map(Field::name)) {
        Some(known) => format!("must not have the unknown field {name:?}; did you mean {known:?}?"),
        None => format!("must not have the unknown field {name:?}"),
    }
}

/// Reads the lines of one file.
pub(super) struct Reader {
    format: FileFormat,
    /// The fields of a CSV file by column.
    columns: Vec<Field>,
    now: Timestamp,
}

impl Reader {
    /// A reader of JSON lines, or of CSV with this first line. An address that is said to be proved was so by `now`.
    pub(super) fn new(format: FileFormat, now: Timestamp) -> Self {
        Self {
            format,
            columns: Vec::new(),
            now,
        }
    }

    /// Whether the next line must be the names of the columns.
    pub(super) fn wants_header(&self) -> bool {
        self.format == FileFormat::Csv && self.columns.is_empty()
    }

    pub(super) fn read_header(&mut self, line: &str) -> Result<(), Fault> {
        let mut columns = Vec::new();
        for name in &split(line)? {
            let field = Field::parse(name.trim())?;
            if columns.contains(&field) {
                return Err(Fault::new(field.name(), "must be there once"));
            }
            columns.push(field);
        }
        if !columns.contains(&Field::Email) {
            return Err(Fault::new(Field::Email.name(), "must be one of the columns"));
        }
        self.columns = columns;
        Ok(())
    }

    pub(super) fn read(&self, line: &str) -> Result<ImportedUser, Fault> {
        let mut draft = Draft::default();
        match self.format {
            FileFormat::Jsonl => {
                for (name, value) in parse_object(line)? {
                    draft.set(Field::parse(&name)?, Given::from_json(value), self.now)?;
                }
            }
            FileFormat::Csv => {
                let record = split(line)?;
                if record.len() != self.columns.len() {
                    return Err(Fault::new(LINE, "must have as many columns as the first one"));
                }
                for (field, cell) in self.columns.iter().zip(&record) {
                    draft.set(*field, Given::from_cell(*field, cell), self.now)?;
                }
            }
        }
        draft.finish()
    }
}

/// The cells of a line of CSV. No field may hold a line break, so a record is always a line.
fn split(line: &str) -> Result<csv::StringRecord, Fault> {
    if line.matches('"').count() % 2 == 1 {
        return Err(Fault::new(LINE, "must end every quotation that it begins"));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .buffer_capacity(line.len())
        .from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => Ok(record),
        Ok(false) | Err(_) => Err(Fault::new(LINE, "must be CSV")),
    }
}

/// The fields of a JSON object in their order, repeated ones too.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Object(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

fn parse_object(line: &str) -> Result<Vec<(String, Value)>, Fault> {
    // serde's own words may quote the line.
    let object: Object =
        serde_json::from_str(line).map_err(|_| Fault::new(LINE, "must be one JSON object"))?;
    Ok(object.0)
}

/// A value, whichever format it came in.
enum Given {
    Nothing,
    Text(String),
    Flag(bool),
    List(Vec<String>),
    Other,
}

impl Given {
    fn from_json(value: Value) -> Self {
        match value {
            Value::Null => Self::Nothing,
            Value::Bool(flag) => Self::Flag(flag),
            Value::String(text) => Self::Text(text),
            Value::Array(items) => {
                let text = |item| match item {
                    Value::String(text) => Some(text),
                    _ => None,
                };
                items
                    .into_iter()
                    .map(text)
                    .collect::<Option<_>>()
                    .map_or(Self::Other, Self::List)
            }
            Value::Number(_) | Value::Object(_) => Self::Other,
        }
    }

    /// An empty cell is no value; only of roles it is a list of none, or an account without
    /// roles could not be told from one that gets those of every new user.
    fn from_cell(field: Field, cell: &str) -> Self {
        match field {
            Field::Roles => Self::List(cell.split_whitespace().map(str::to_owned).collect()),
            _ if cell.is_empty() => Self::Nothing,
            Field::EmailVerified | Field::Disabled => match cell {
                "true" => Self::Flag(true),
                "false" => Self::Flag(false),
                _ => Self::Other,
            },
            Field::Id
            | Field::Email
            | Field::FullName
            | Field::PasswordHash
            | Field::Locale
            | Field::CreatedAt => Self::Text(cell.to_owned()),
        }
    }
}

/// An account of which not all fields have been read.
#[derive(Default)]
struct Draft {
    seen: Vec<Field>,
    id: Option<UserId>,
    email: Option<Email>,
    password: Option<PasswordHash>,
    full_name: Option<String>,
    locale: Option<Locale>,
    email_verified_at: Option<Timestamp>,
    roles: Option<Vec<Role>>,
    created_at: Option<Timestamp>,
    disabled: bool,
}

impl Draft {
    fn set(&mut self, field: Field, given: Given, now: Timestamp) -> Result<(), Fault> {
        let fault = |rule: &str| Fault::new(field.name(), rule);
        if self.seen.contains(&field) {
            return Err(fault("must be there once"));
        }
        self.seen.push(field);
        match (field, given) {
            (_, Given::Nothing) => {}
            (Field::Id, Given::Text(text)) => {
                self.id = Some(text.parse().map_err(|_| fault("must be a UUID"))?);
            }
            (Field::Email, Given::Text(text)) => self.email = Some(Email::parse(&text)?),
            (Field::EmailVerified, Given::Flag(flag)) => self.email_verified_at = flag.then_some(now),
            (Field::FullName, Given::Text(text)) => self.full_name = User::parse_full_name(&text)?,
            (Field::Roles, Given::List(names)) => {
                let roles: Result<_, Violation> = names.iter().map(|name| Role::parse(name)).collect();
                self.roles = Some(roles.map_err(|violation| violation.of(field.name()))?);
            }
            (Field::PasswordHash, Given::Text(text)) => self.password = Some(PasswordHash::new(text)),
            (Field::Locale, Given::Text(text)) => self.locale = Some(Locale::parse(&text)?),
            (Field::CreatedAt, Given::Text(text)) => {
                let at = Timestamp::parse(&text).filter(|at| *at <= now);
                self.created_at =
                    Some(at.ok_or_else(|| fault("must be a time in the past such as 2026-01-15T10:30:00Z"))?);
            }
            (Field::Disabled, Given::Flag(flag)) => self.disabled = flag,
            (Field::EmailVerified | Field::Disabled, _) => return Err(fault("must be true or false")),
            (Field::Roles, _) => return Err(fault("must be a list of role names")),
            (
                Field::Id
                | Field::Email
                | Field::FullName
                | Field::PasswordHash
                | Field::Locale
                | Field::CreatedAt,
                _,
            ) => return Err(fault("must be a string")),
        }
        Ok(())
    }

    fn finish(self) -> Result<ImportedUser, Fault> {
        let Some(email) = self.email else {
            return Err(Fault::new(Field::Email.name(), "must be given"));
        };
        Ok(ImportedUser {
            id: self.id,
            email,
            password: self.password,
            full_name: self.full_name,
            locale: self.locale,
            email_verified_at: self.email_verified_at,
            roles: self.roles,
            created_at: self.created_at,
            disabled: self.disabled,
        })
    }
}

#[cfg(test)]
#[path = "fields_tests.rs"]
mod tests;
