//! The configuration of the machine: file and environment.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use horizon_auth::config::{Config, PREFIX, Sources, environment};

use crate::cli::ConfigArgs;
use crate::ui::Failure;

const DEFAULT_FILE: &str = "horizon-auth.toml";

/// Reads the named file, or `horizon-auth.toml` if it exists, and the environment.
pub(crate) fn load(args: &ConfigArgs) -> Result<Config, Failure> {
    with_sources(args, Config::load_to_serve)?.map_err(|errors| Failure::new(errors.to_string()))
}

/// Where the server of this configuration listens; the rest may be wrong.
pub(crate) fn listen(args: &ConfigArgs) -> Result<SocketAddr, Failure> {
    with_sources(args, Config::listen_of)?.map_err(|errors| Failure::new(errors.to_string()))
}

/// Does something with what a configuration is made from.
pub(crate) fn with_sources<T>(args: &ConfigArgs, work: impl FnOnce(Sources<'_>) -> T) -> Result<T, Failure> {
    let path = args.config.clone().or_else(|| {
        let usual = PathBuf::from(DEFAULT_FILE);
        usual.exists().then_some(usual)
    });
    let Some(path) = path else {
        return Ok(work(Sources {
            file: None,
            env: environment(),
            base_dir: PathBuf::from("."),
        }));
    };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::because(&format!("the configuration file {name} cannot be read"), &error)
    })?;
    let base_dir = path.parent().unwrap_or(Path::new(".")).to_owned();
    Ok(work(Sources {
        file: Some((&name, &text)),
        env: environment(),
        base_dir,
    }))
}

/// The configuration of `horizon-auth dev`: built-in text and our own variables only.
pub(crate) fn load_dev(toml: &str, base_dir: PathBuf) -> Result<Config, Failure> {
    let env = environment()
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    let sources = Sources {
        file: Some(("the development defaults", toml)),
        env,
        base_dir,
    };
    Config::load_to_serve(sources).map_err(|errors| Failure::new(errors.to_string()))
}
