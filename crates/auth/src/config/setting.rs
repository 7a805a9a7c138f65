//! What one setting is.

use super::kind::Kind;

/// Start of the names of environment variables that belong to Horizon Auth alone.
pub const PREFIX: &str = "HORIZON_AUTH__";

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Dotted path: `section.name`, or a bare name at the top of the file.
    pub path: &'static str,
    /// What it accepts.
    pub kind: Kind,
    /// What is in force when nobody sets it.
    pub fallback: Fallback,
    /// One sentence on what it does.
    pub about: &'static str,
    /// Plain environment variables that also set it, beside the one of [`Setting::variable`].
    pub aliases: &'static [Alias],
}

/// What is in force when nobody gives a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// This value, written as in the environment.
    Is(&'static str),
    /// Nothing fixed; in words.
    Unset(&'static str),
}

/// A plain environment variable, as the design and common hosting know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Its name.
    pub name: &'static str,
    /// How its text is read.
    pub form: Form,
}

/// How the text of a plain environment variable is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As the setting itself.
    Same,
    /// Only the port of an address.
    Port,
    /// The word `production` counts; any other word belongs to other programs and says nothing.
    OnlyProduction,
    /// A rate whose window may be given in seconds without a unit, `5/60`.
    RateInSeconds,
}

impl Setting {
    /// The environment variable that always sets it: `HORIZON_AUTH__JWT__ISSUER` for `jwt.issuer`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.path.replace('.', "__").to_ascii_uppercase())
    }

    /// Its section; empty at the top of the file.
    #[must_use]
    pub fn section(&self) -> &'static str {
        self.path.split_once('.').map_or("", |(section, _)| section)
    }

    /// Its name within the section.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.path.split_once('.').map_or(self.path, |(_, name)| name)
    }

    pub(super) const fn or(mut self, aliases: &'static [Alias]) -> Self {
        self.aliases = aliases;
        self
    }
}

pub(super) const fn setting(
    path: &'static str,
    kind: Kind,
    fallback: Fallback,
    about: &'static str,
) -> Setting {
    Setting {
        path,
        kind,
        fallback,
        about,
        aliases: &[],
    }
}

pub(super) const fn plain(name: &'static str) -> Alias {
    Alias {
        name,
        form: Form::Same,
    }
}

pub(super) const fn special(name: &'static str, form: Form) -> Alias {
    Alias { name, form }
}
