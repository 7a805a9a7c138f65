//! Logging: JSON lines for machines, readable ones on a terminal.

use std::io::IsTerminal as _;

use horizon_auth::config::{LogConfig, LogFormat};
use tracing_subscriber::EnvFilter;

use crate::ui::Failure;

/// Starts logging to standard error.
pub(crate) fn start(config: &LogConfig) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&config.level).map_err(|error| Failure::because("log.level", &error))?;
    let json = match config.format {
        LogFormat::Json => true,
        LogFormat::Pretty => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    let base = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if json {
        base.json().flatten_event(true).with_span_list(false).try_init()
    } else {
        base.compact().try_init()
    };
    started.map_err(|error| Failure::new(format!("logging cannot start: {error}")))?;
    // The default hook prints the panic's text, which may quote data. The place is enough to find it.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a task panicked");
    }));
    Ok(())
}
