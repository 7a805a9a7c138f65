//! Where the settings of Horizon Auth come from.

use std::error::Error;
use std::path::{Path, PathBuf};

use horizon_auth::config::{Config, Sources, environment};

const SETTINGS: &str = "horizon-auth.toml";
const SECRETS: &str = ".env";

/// Reads `horizon-auth.toml`, `.env` and the environment, of which the later ones win.
///
/// Everything that is wrong is told at once, without the values of secrets.
pub fn config() -> Result<Config, Box<dyn Error>> {
    let text = std::fs::read_to_string(SETTINGS)
        .map_err(|error| format!("{SETTINGS} cannot be read from the current folder: {error}"))?;
    let mut variables = secrets(Path::new(SECRETS))?;
    let environment = environment();
    variables.retain(|(name, _)| !environment.iter().any(|(known, _)| known == name));
    variables.extend(environment);
    Ok(Config::load_to_serve(Sources {
        file: Some((SETTINGS, &text)),
        env: variables,
        base_dir: PathBuf::from("."),
    })?)
}

/// The variables of the file, if there is one: servers have none, and a fresh clone neither.
fn secrets(path: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    // The library's own message would show the line, which may be a secret.
    let unreadable = |_| format!("{} has a line that is not NAME=VALUE", path.display());
    match dotenvy::from_path_iter(path) {
        Ok(lines) => Ok(lines.collect::<Result<_, _>>().map_err(unreadable)?),
        Err(error) if error.not_found() => Ok(Vec::new()),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display()).into()),
    }
}
