//! Logging: JSON lines for machines, readable ones on a terminal.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicU64, Ordering};

use horizon_auth::config::{LogConfig, LogFormat};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::ui::Failure;

/// What is told to others while it lives.
#[must_use = "traces end when it is dropped"]
pub(crate) struct Telemetry {
    #[cfg(feature = "otel")]
    _traces: Option<crate::traces::Traces>,
}

/// Starts logging to standard error, and tracing where that was built in and is configured. Call it outside of the
/// async runtime.
pub(crate) fn start(config: &LogConfig) -> Result<Telemetry, Failure> {
    let unusable = |error| Failure::because("log.level", &error);
    // Spans for traces would stand before the one that names the request in the log.
    let traces_only = "horizon_auth::trace=off"
        .parse()
        .map_err(|error| Failure::because("log.level", &error))?;
    let filter = EnvFilter::try_new(&config.level)
        .map_err(unusable)?
        .add_directive(traces_only);
    let json = match config.format {
        LogFormat::Json => true,
        LogFormat::Pretty => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(|| LogLine)
        .log_internal_errors(false); // it would write to standard error, and panic if that takes nothing
    let lines = if json {
        lines.json().flatten_event(true).with_span_list(false).boxed()
    } else {
        lines.compact().boxed()
    };
    #[cfg(feature = "otel")]
    let (started, telemetry) = {
        let traces = crate::traces::Traces::open()?;
        let layer = traces.as_ref().map(crate::traces::Traces::layer);
        let subscriber = tracing_subscriber::registry()
            .with(lines.with_filter(filter))
            .with(layer);
        (subscriber.try_init(), Telemetry { _traces: traces })
    };
    #[cfg(not(feature = "otel"))]
    let (started, telemetry) = {
        let subscriber = tracing_subscriber::registry().with(lines).with(filter);
        (subscriber.try_init(), Telemetry {})
    };
    started.map_err(|error| Failure::new(format!("logging cannot start: {error}")))?;
    // The default hook prints the panic's text, which may quote data. The place is enough to find it.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a task panicked");
    }));
    Ok(telemetry)
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
