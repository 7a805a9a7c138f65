//! Settings that an application gives one by one, under names of its own.

use std::fmt;

use toml::Value;
use zeroize::Zeroizing;

use super::value::Raw;

/// A setting as an application gives it.
#[derive(Clone, Debug)]
pub struct GivenOption {
    /// The application's own name for it, for messages.
    pub name: String,
    /// The dotted path of the setting.
    pub path: String,
    /// What it is set to.
    pub value: SettingValue,
}

/// What a setting is set to: a text, a number, `true` or `false`, or a list of texts, as in the configuration file.
///
/// `Debug` hides it: it may be a secret.
#[derive(Clone)]
pub struct SettingValue(Value);

impl SettingValue {
    /// As it stands in the file.
    pub(crate) fn toml(&self) -> Value {
        self.0.clone()
    }

    pub(super) fn raw(self) -> Raw {
        match self.0 {
            Value::String(text) => Raw::Text(Zeroizing::new(text)),
            Value::Integer(number) => Raw::Integer(number),
            Value::Boolean(flag) => Raw::Bool(flag),
            Value::Array(items) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Some(Zeroizing::new(text)),
                    _ => None,
                })
                .collect::<Option<_>>()
                .map_or(Raw::Other("a list of other things than text"), Raw::List),
            Value::Float(_) | Value::Datetime(_) | Value::Table(_) => Raw::Other("something else"),
        }
    }
}

impl fmt::Debug for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SettingValue")
    }
}

impl From<&str> for SettingValue {
    fn from(text: &str) -> Self {
        Self(Value::from(text))
    }
}

impl From<String> for SettingValue {
    fn from(text: String) -> Self {
        Self(Value::from(text))
    }
}

impl From<bool> for SettingValue {
    fn from(flag: bool) -> Self {
        Self(Value::from(flag))
    }
}

impl From<u32> for SettingValue {
    fn from(number: u32) -> Self {
        Self(Value::from(number))
    }
}

impl SettingValue {
    /// A whole number. There is no `From` for it, beside which the type of `.set("session.max_per_user", 5)` would be
    /// open.
    #[must_use]
    pub fn whole(number: i64) -> Self {
        Self(Value::from(number))
    }
}

impl From<Vec<String>> for SettingValue {
    fn from(texts: Vec<String>) -> Self {
        Self(Value::from(texts))
    }
}

impl<const N: usize> From<[&str; N]> for SettingValue {
    fn from(texts: [&str; N]) -> Self {
        Self(Value::Array(texts.into_iter().map(Value::from).collect()))
    }
}
