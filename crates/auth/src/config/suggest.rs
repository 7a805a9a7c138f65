//! The nearest known name for one that nobody knows.

use super::setting::{PREFIX, Setting};
use super::settings::{SETTINGS, find_setting};

/// Below this, names have too little in common to help.
const LEAST_LIKENESS: f64 = 0.55;

/// The path of a setting, or the section, that somebody may have meant in the file.
pub(super) fn known_path(unknown: &str) -> Option<&'static str> {
    let paths = SETTINGS.iter().map(|setting| setting.path);
    let sections = SETTINGS
        .iter()
        .map(Setting::section)
        .filter(|name| !name.is_empty());
    nearest_name(unknown, paths.chain(sections))
}

/// The variable that somebody may have meant in the environment.
pub(super) fn known_variable(unknown: &str) -> Option<String> {
    let rest = unknown.get(PREFIX.len()..)?;
    let path = rest.to_ascii_lowercase().replace("__", ".");
    let nearest = nearest_name(&path, SETTINGS.iter().map(|setting| setting.path))?;
    find_setting(nearest).map(Setting::variable)
}

/// The known name that somebody may have meant, if any is like the unknown one.
#[must_use]
pub fn nearest_name(unknown: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    known
        .map(|name| (likeness(unknown, name), name))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// 1 for the same name, 0 for nothing in common.
fn likeness(unknown: &str, known: &str) -> f64 {
    // `jwt.accessTokenTtl` and `jwt.access-token-ttl` are spellings, not mistakes.
    let squeezed = |name: &str| name.to_ascii_lowercase().replace(['_', '-'], "");
    let (unknown, known) = (squeezed(unknown), squeezed(known));
    let whole = strsim::normalized_damerau_levenshtein(&unknown, &known);
    // The right name in the wrong section.
    let misplaced = match (last_part(&unknown), last_part(&known)) {
        (a, b) if a == b => 0.8,
        _ => 0.0,
    };
    whole.max(misplaced)
}

fn last_part(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
