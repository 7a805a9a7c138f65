//! Logging: JSON lines for machines, readable ones on a terminal.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicU64, Ordering};

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
        .with_writer(|| LogLine)
        .log_internal_errors(false); // it would write to standard error, and panic if that takes nothing
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

static LOST: AtomicU64 = AtomicU64::new(0);

/// How many log lines standard error did not take: a full disk, or a reader that is gone.
pub(crate) fn lost_log_lines() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// A line on its way to standard error. One that is lost is counted and stops nobody.
struct LogLine;

impl io::Write for LogLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.write_all(line)?;
        Ok(line.len())
    }

    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        if io::stderr().write_all(line).is_err() {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // standard error has no buffer
    }
}
