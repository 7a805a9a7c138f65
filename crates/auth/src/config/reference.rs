//! The reference page, made from the table so that it cannot lag behind.

use std::fmt::Write as _;

use super::setting::{Fallback, Form, Setting};
use super::settings::SETTINGS;

const HEAD: &str = "\
# Configuration

<!-- Made from the table of settings in crates/auth/src/config/settings/; do not edit. -->

Settings come from a TOML file, `horizon-auth.toml`, and from the environment. Later ones win: defaults,
file, plain variables such as `DATABASE_URL`, variables that begin with `HORIZON_AUTH__`. Everything is
checked before anything starts, all mistakes are reported together, and unknown names are mistakes.

Durations are a whole number and `s`, `m`, `h` or `d` (short ones also `ms`); sizes are a whole number and `B`, `KiB` or `MiB`; rates
are hits and a window, `5/1m`. A number without a unit is refused. In the environment the items of a list are
separated by commas. Plain variables that are empty count as not set. Relative paths of key files start at the
directory of the configuration file. Where only its owner may have access to a file, a group may read it too if the
file belongs to root: that is how containers hand secrets to a user who is not root.
";

/// The page `docs/reference/configuration.md`.
#[must_use]
pub fn reference_markdown() -> String {
    let mut page = HEAD.to_owned();
    let mut section = None;
    for setting in SETTINGS.iter() {
        if section != Some(setting.section()) {
            section = Some(setting.section());
            page.push_str(&heading(setting.section()));
        }
        page.push_str(&row(setting));
    }
    page
}

fn heading(section: &str) -> String {
    let title = match section {
        "" => "Top of the file".to_owned(),
        _ => format!("`[{section}]`"),
    };
    format!("\n## {title}\n\n| Setting | Default | Environment | Meaning |\n|---|---|---|---|\n")
}

fn row(setting: &Setting) -> String {
    let default = match setting.fallback {
        Fallback::Is("") => "none".to_owned(),
        Fallback::Is(text) => format!("`{text}`"),
        Fallback::Unset(words) => words.to_owned(),
    };
    let mut variables = format!("`{}`", setting.variable());
    for alias in setting.aliases {
        let note = match alias.form {
            Form::Same => "",
            Form::Port => " (the port only)",
            Form::OnlyProduction => " (only if it is `production`)",
            Form::RateInSeconds => " (also as hits/seconds, `5/60`)",
        };
        // Writing to a `String` cannot fail.
        let _ = write!(variables, ", `{}`{note}", alias.name);
    }
    format!(
        "| `{}` | {default} | {variables} | {} Accepts {}. |\n",
        setting.path,
        setting.about,
        setting.kind.description()
    )
}
