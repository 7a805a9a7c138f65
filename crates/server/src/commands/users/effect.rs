//! When a change made beside a running server holds.

use std::time::{Duration, Instant};

use horizon_auth::Engine;

use crate::ui::Failure;

/// How long a server may take to see a change. It looks every second.
pub(in crate::commands) const PATIENCE: Duration = Duration::from_secs(10);
/// Pause between two looks at what the server has seen.
const PAUSE: Duration = Duration::from_millis(100);
/// Looks between two questions whether a server runs at all, which cost a connection.
const LOOKS: u32 = 10;

/// What a running server makes of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) enum Effect {
    /// The server has seen it.
    Seen,
    /// No server runs; the next one begins with it.
    NoServer,
    /// A server may run that has not seen it.
    Unconfirmed,
}

impl Effect {
    pub(in crate::commands) const fn word(self) -> &'static str {
        match self {
            Self::Seen => "in_effect",
            Self::NoServer => "not_running",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    /// Refuses to call a change done that a server may not have seen. `then` says what helps once it runs well.
    pub(super) fn confirmed(self, then: &str) -> Result<(), Failure> {
        match self {
            Self::Seen | Self::NoServer => Ok(()),
            Self::Unconfirmed => Err(Failure::new(format!(
                "the change is stored, but no server has confirmed within {} seconds that it saw it: access tokens \
                 issued before may be accepted until they expire. See that the server runs and reaches the \
                 database, then {then}",
                PATIENCE.as_secs()
            ))),
        }
    }

    /// The end of a sentence for people.
    pub(in crate::commands) const fn sentence(self) -> &'static str {
        match self {
            Self::Seen => "; in effect on the running server",
            Self::NoServer => "; no server is running",
            Self::Unconfirmed => "",
        }
    }
}

/// Waits until the server has seen every change of this engine, or it is certain that none runs.
///
/// The change is stored by now, so trouble on the way is no failure: it only leaves things unconfirmed.
pub(in crate::commands) async fn wait(engine: &Engine) -> Effect {
    let begun = Instant::now();
    for look in 0.. {
        if engine.auth().is_in_effect().await.unwrap_or(false) {
            return Effect::Seen;
        }
        if look % LOOKS == 0 && matches!(engine.is_claimed().await, Ok(false)) {
            return Effect::NoServer;
        }
        if begun.elapsed() >= PATIENCE {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Effect::Unconfirmed
}
